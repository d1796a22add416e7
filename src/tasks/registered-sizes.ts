/** Sizes of the registered tasks, so that a list needs no compiled scene. A test compares them with the environments. */

/** Sizes of the observation, the action and the critic's privileged observation. */
const SIZES: Readonly<Record<string, readonly [obs: number, action: number, privileged: number]>> = {
  AcrobotSwingup: [6, 1, 0],
  AcrobotSwingupSparse: [6, 1, 0],
  BallInCup: [8, 2, 0],
  CartpoleBalance: [5, 1, 0],
  CartpoleBalanceSparse: [5, 1, 0],
  CartpoleSwingup: [5, 1, 0],
  CartpoleSwingupSparse: [5, 1, 0],
  CheetahRun: [17, 6, 0],
  FingerSpin: [9, 2, 0],
  FingerTurnEasy: [12, 2, 0],
  FingerTurnHard: [12, 2, 0],
  FishSwim: [24, 5, 0],
  HopperHop: [15, 4, 0],
  HopperStand: [15, 4, 0],
  HumanoidStand: [67, 21, 0],
  HumanoidWalk: [67, 21, 0],
  HumanoidRun: [67, 21, 0],
  PendulumSwingup: [3, 1, 0],
  PointMass: [4, 2, 0],
  ReacherEasy: [6, 2, 0],
  ReacherHard: [6, 2, 0],
  SwimmerSwimmer6: [25, 5, 0],
  WalkerRun: [24, 6, 0],
  WalkerStand: [24, 6, 0],
  WalkerWalk: [24, 6, 0],
  HumanoidJoystick: [79, 21, 23],
  HumanoidTrack: [196, 21, 128],
  G1Track: [242, 29, 150],
  HumanoidJoystickBlind: [72, 21, 27],
  G1JoystickFlatTerrain: [103, 29, 113],
  G1JoystickRoughTerrain: [103, 29, 113],
  H1InplaceGaitTracking: [186, 19, 0],
  H1JoystickGaitTracking: [113, 19, 0],
  Go1JoystickFlatTerrain: [48, 12, 75],
  Go1JoystickRoughTerrain: [48, 12, 75],
  Go1Getup: [42, 12, 49],
  Go1Handstand: [45, 12, 49],
  Go1Footstand: [45, 12, 49],
  T1JoystickFlatTerrain: [85, 23, 95],
  T1JoystickRoughTerrain: [85, 23, 95],
  BerkeleyHumanoidJoystickFlatTerrain: [52, 12, 62],
  BerkeleyHumanoidJoystickRoughTerrain: [52, 12, 62],
  SpotFlatTerrainJoystick: [81, 12, 86],
  SpotJoystickGaitTracking: [69, 12, 0],
  SpotGetup: [30, 12, 0],
  Op3Joystick: [147, 20, 0],
  ApolloJoystickFlatTerrain: [112, 32, 112],
  BarkourJoystick: [465, 12, 0],
  PandaPickCube: [66, 8, 0],
  PandaPickCubeOrientation: [66, 8, 0],
  PandaOpenCabinet: [55, 8, 0],
  PandaPickCubeCartesian: [70, 3, 0],
  PandaRobotiqPushCube: [48, 7, 0],
  LeapCubeRotateZAxis: [32, 16, 73],
  LeapCubeReorient: [57, 16, 71],
  AeroCubeRotateZAxis: [14, 7, 67],
  AlohaHandOver: [83, 14, 0],
  AlohaSinglePegInsertion: [82, 14, 0],
  GridWorldTwoWalls: [2, 2, 0],
  GridWorldFourGoals: [2, 2, 0],
};

/** Sizes of one environment of a registered task. */
export interface TaskSizes {
  readonly obsSize: number;
  readonly actionSize: number;
  readonly privilegedSize: number;
}

/** Throws a TypeError for a name that is not registered. */
export function registeredSizes(name: string): TaskSizes {
  const sizes = SIZES[name];
  if (sizes === undefined) throw new TypeError(`${name}: has no sizes in registered-sizes.ts`);
  const [obsSize, actionSize, privilegedSize] = sizes;
  return { obsSize, actionSize, privilegedSize };
}
