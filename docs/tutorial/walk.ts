import {
  AXIAL,
  contactMatch,
  contactTimers,
  defineTask,
  distSq,
  footHeightMatch,
  footSlip,
  gaitPhase,
  jointTargets,
  kernel,
  kicks,
  legged,
  meanTwist,
  normSq,
  POLAR,
  servoGains,
  steadyFlow,
  steppingPose,
  TWIST,
  twistCommand,
} from "flowgait";

const both = (joint: string) => [`left_${joint}`, `right_${joint}`];
const leg = (side: string) => [`${side}_hip_pitch`, `${side}_knee`, `${side}_ankle_pitch`];

/** A small robot on two legs follows forward, sideways and turning speeds. */
export default defineTask({
  name: "BipedWalk",
  scene: "./biped.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 20 },
  robot: legged({
    root: "root",
    home: "home",
    imu: "imu",
    gyro: "gyro",
    linVel: "lin_vel",
    feet: both("foot"),
    footVelocities: both("foot_vel"),
    groups: { hips: (joint) => /hip_(yaw|roll)/.test(joint) },
  }),
  keyframe: "home",

  action: jointTargets({
    scale: 0.07, // rad per unit of action, added to the step below
    squash: "none",
    feedForward: steppingPose({
      gait: "gait",
      legs: [leg("left"), leg("right")],
      amplitude: [-0.16, 0.32, -0.16], // rad at the top of the step: hip, knee, ankle
      sway: {
        amplitude: { left_hip_roll: 0.11, right_hip_roll: 0.11, left_ankle_roll: -0.11, right_ankle_roll: -0.11 },
        lead: 0.7,
      },
      stride: [
        { joints: both("hip_pitch"), sine: [0, 0, 0], cosine: [0.1, 0, 0] },
        { joints: both("hip_roll"), sine: [0, 0.3, 0] },
        { joints: both("hip_yaw"), sine: [0, 0, 0.1], cosine: [0, 0, -0.1] },
      ],
    }),
  }),
  command: twistCommand({
    vx: [-0.2, 0.4],
    vy: 0.15,
    yawRate: 0.8,
    resampleSeconds: [4, 8],
    zeroProbability: 0.1,
  }),

  track: {
    gait: gaitPhase({ hz: 1.8, offsets: [0, Math.PI], standBelow: 0.05, stepAbove: 0.2, fadeSeconds: 0.3 }),
    feet: contactTimers(["left_foot_floor", "right_foot_floor"]),
    stride: meanTwist(28), // control steps of one stride
  },
  events: { kick: kicks({ joint: "root", everySeconds: [4, 8], speed: [0.1, 0.3] }) },
  randomise: { servos: servoGains({ stiffness: [0.9, 1.1], damping: [0.9, 1.1] }) },

  reset: ({ robot, rng }) => robot.place(rng, { position: 0.2, yaw: Math.PI, joints: 0.05, velocity: 0.1 }),

  observe: {
    linVel: { of: (s) => s.robot.linVel, noise: 0.05, unit: "m/s, body frame", mirror: POLAR },
    gyro: { of: (s) => s.robot.gyro, noise: 0.2, unit: "rad/s, body frame", mirror: AXIAL },
    gravity: { of: (s) => s.robot.gravity, noise: 0.05, unit: "unit vector, body frame", mirror: POLAR },
    command: { of: (s) => s.command, unit: "m/s, m/s, rad/s", mirror: TWIST },
    gait: { of: (s) => s.gait.signals, mirror: "sides" },
    jointPos: { of: (s) => s.robot.jointPos, noise: 0.02, unit: "rad from home", mirror: "joints" },
    jointVel: { of: (s) => s.robot.jointVel, noise: 1, scale: 0.1, unit: "rad/s", mirror: "joints" },
    lastAction: { of: (s) => s.lastAction, mirror: "joints" },
  },

  reward: {
    trackLinVel: { weight: 3, of: (s) => kernel(distSq(s.command, s.stride.twist, 2), 0.04) },
    trackYawRate: { weight: 1.5, of: (s) => kernel((s.command[2] - s.stride.twist[2]) ** 2, 0.1) },
    alive: { weight: 0.5, of: () => 1 },
    footHeight: { weight: 0.5, of: (s) => footHeightMatch(s.robot.footHeight, s.gait, 0.03, 0.0004) },
    contactRhythm: { weight: 0.5, of: (s) => contactMatch(s.feet.contact, s.gait) },
    fall: { weight: -20, of: (s) => (s.terminated ? 1 : 0) },
    tilt: { weight: -1.5, of: (s) => normSq(s.robot.gravity, 2) },
    rollPitchRate: { weight: -0.02, of: (s) => normSq(s.robot.gyro, 2) },
    footSlip: { weight: -0.2, of: (s) => footSlip(s.feet.contact, s.robot.footVel) },
    actionRate: { weight: -0.005, of: (s) => distSq(s.action, s.lastAction) },
  },
  rewardPerSecond: true,

  terminate: { fell: (s) => s.robot.baseHeight < 0.2 || s.robot.uprightness < 0.6 },
  measured: (s) => s.robot.twist,
  footing: ({ robot: { position, footHeight }, feet: { contact } }) => ({ position, footHeight, contact }),

  presets: {
    laptop: {
      "fpo++": {
        steps: 500_000,
        mirror: true,
        evaluation: { everySteps: 200_000 },
        algorithm: { ...steadyFlow, policyHidden: [64, 64], criticHidden: [128, 128] },
      },
    },
  },
});
