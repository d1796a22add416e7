/** The tasks room: declaring tasks, the terms to declare them with, the tasks that ship, and the environments that run them. */

export type { AlgorithmPresets, TaskPresets } from "../config/presets.ts";
export { type SuiteTask, suiteRecipe } from "../config/suite-recipe.ts";
export { lessonRecipe, steadyFlow, steadyFpo, steadyGaussian } from "../config/walking-recipe.ts";
export {
  type ActionDescription,
  type ActionMapping,
  type ControlBase,
  type ControlSettings,
  direct,
  type FeedForward,
  isJointKind,
  type Squash,
  targetJoints,
} from "./actions/action-mapping.ts";
export { type JointTargetSettings, jointTargets, type RestSettings, type TargetBase } from "./actions/joint-targets.ts";
export { late } from "./actions/late.ts";
export { amplitudesOf, type SteppingSettings, type Stride, type Sway, steppingPose } from "./actions/stepping-pose.ts";
export {
  type Command,
  type Curriculum,
  type Interval,
  type TwistSettings,
  twistCommand,
  type Wander,
} from "./command.ts";
export {
  defineTask,
  type Family,
  type Footing,
  type NamedTask,
  type ObservationTerm,
  type RewardTerm,
  type Settling,
  type Task,
  type TaskOverrides,
  type TaskSpec,
  type Timing,
  withOverrides,
} from "./define-task.ts";
export { actionDelay, observationDelay } from "./delays/delay.ts";
export {
  type CommandDescription,
  describeTask,
  type LessonDescription,
  type TaskDescription,
} from "./describe-task.ts";
export { Environment, type EnvironmentOptions, scenePath } from "./environment.ts";
export type { Goal, GoalCondition, GoalCounter, GoalDescription, GoalReadings, SuccessRule } from "./goal.ts";
export { describeGoal } from "./goal.ts";
export { CELLS, type Cell, goalCells, moveOf, writePosition } from "./gridworld/board.ts";
export { saddles, startingAt } from "./gridworld/gridworld.ts";
export { allowed, clamped, distanceOut, type HandleBox, type HandlePose, type HandleTurn } from "./handles/allowed.ts";
export type { Handle, HandleDescription, Handles } from "./handles/handles.ts";
export { LeggedRobot, type LeggedSettings, legged, type Placement } from "./legged-robot.ts";
export { ADVICE, type ChosenLesson, type Lesson, withLesson } from "./lesson.ts";
export {
  AXIAL,
  type Mirror,
  type MirrorRule,
  mirrorOf,
  PLANAR,
  POLAR,
  policyMirrorOf,
  type SignedPermutation,
  TWIST,
  writeMirrored,
} from "./mirror.ts";
export {
  controlRange,
  type DriveSettings,
  jointDamping,
  jointDrives,
  type ModelChange,
  markerRadius,
} from "./model-change.ts";
export type { AnyMoment, Moment, MomentBase, ResetContext, Value } from "./moment.ts";
export type { ObservationSlice } from "./observation.ts";
export { readingsCode } from "./own/readings-code.ts";
export { isSceneFile, resolveDriven, sceneTask } from "./own/scene-task.ts";
export { taskFileName } from "./own/task-name.ts";
export { isTaskFile, loadUserTask, pageScript, resolveTask } from "./own/user-task.ts";
export {
  centreOfMass,
  driveGains,
  friction,
  growing,
  inertia,
  jointField,
  jointZeros,
  masses,
  motorStrength,
  pairFriction,
  payload,
  type Randomiser,
  servoGains,
} from "./randomisation.ts";
export { type Readings, readings } from "./readings.ts";
export * as registry from "./registry.ts";
export { type JointNoise, type SensorNoise, type SharedNoise, scaledNoise, turnNoise } from "./sensor-noise.ts";
export {
  ownPhysicsWords,
  PHYSICS_NAMES,
  type PhysicsName,
  physicsEngine,
  physicsObstacle,
  physicsWords,
  withPhysics,
} from "./settings/other-physics.ts";
export { type IdentifiedPhysics, identifiedWords } from "./settings/physics-settings.ts";
export { expectedSetting } from "./settings/read-setting.ts";
export { causesOf, type TaskCause, withoutCauses } from "./settings/taken-away.ts";
export { settingsOf, TASK_GROUPS, type TaskSetting, withSettings } from "./settings/task-settings.ts";
export { type StackedTerms, stackedFrames } from "./stacked-frames.ts";
export { type TaskVariant, variantOf } from "./task-variant.ts";
export {
  baseSlip,
  bezierHeight,
  contactMatch,
  footClearance,
  footHeightMatch,
  footPhaseMatch,
  footSlip,
  swingHeight,
  swingPeakError,
} from "./terms/gait.ts";
export {
  bendSq,
  distSq,
  excessSq,
  kernel,
  normSq,
  normSqAt,
  pointDistance,
  sumAbs,
  sumAbsAt,
  sumAbsProduct,
  weightedNormSq,
} from "./terms/norms.ts";
export { smallControl } from "./terms/small-control.ts";
export { sidewaysDistance } from "./terms/stance.ts";
export { type Sigmoid, type ToleranceOptions, tolerance } from "./terms/tolerance.ts";
export { onRoughTerrain, type RoughTerrain, roughGround } from "./terrain.ts";
export { type ActionHistoryReading, actionHistory } from "./trackers/action-history.ts";
export { type BestReading, bestSoFar } from "./trackers/best-so-far.ts";
export { type ChangeReading, changeOf } from "./trackers/change-of.ts";
export { type ContactReading, contactTimers } from "./trackers/contact-timers.ts";
export { type DelayedReading, type DelayedSettings, delayed } from "./trackers/delayed.ts";
export { type FootClockReading, type FootClockSettings, footClocks } from "./trackers/foot-clocks.ts";
export { type GaitReading, type GaitSettings, gaitPhase } from "./trackers/gait-phase.ts";
export { type LatchReading, latch } from "./trackers/latch.ts";
export { type LatencyReading, latency } from "./trackers/latency.ts";
export { type MeanTwistReading, meanTwist } from "./trackers/mean-twist.ts";
export { type KickSettings, kicks, type PushReading, type ShoveSettings, shoves } from "./trackers/pushes.ts";
export { type SurgeReading, type SurgeSettings, surges } from "./trackers/surges.ts";
export { type TouchReading, touch } from "./trackers/touch.ts";
export type { BoundTracker, Tracker, TrackerContext, Trackers } from "./trackers/tracker.ts";
export { type TurningGoalReading, type TurningGoalSettings, turningGoal } from "./trackers/turning-goal.ts";
export { type WrenchReading, type WrenchSettings, wrenches } from "./trackers/wrenches.ts";
export { type Leg, type LegJoint, type Legs, legsOf, pitchingJoints } from "./walking/legs.ts";
export { StepForm, type StepNumber } from "./walking/step-form.ts";
export { type WalkingFigures, walkingLesson } from "./walking/walking-lesson.ts";
