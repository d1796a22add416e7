/** Reports on tasks that ship which are right and wanted: what the task's authors chose, with the reason. */
import type { Check } from "../export/doctor/check.ts";

/** By task and name of the check. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  BallInCup: {
    "unpaid terms": "the suite pays for the ball in the cup alone; noise that lasts several steps swings it in",
  },
  Go1Getup: {
    "unpaid terms": "calm pays at full height alone, which only a robot that got up reaches",
    "balance of terms":
      "fastJoints charges the square of what joints turn beyond 2π rad/s, and flailing joints turn fast",
  },
  Go1Footstand: { "noise of the preset": "no preset for it ships; the general one is too noisy for two legs" },
  Go1Handstand: { "noise of the preset": "no preset for it ships; the general one is too noisy for two legs" },
  H1InplaceGaitTracking: { "noise of the preset": "no preset for it ships; the general one topples the robot" },
  H1JoystickGaitTracking: {
    "noise of the preset": "no preset for it ships; the general one topples the robot",
    "constant observations": "gaitId is published, and its table holds one gait",
  },
  SpotJoystickGaitTracking: {
    "noise of the preset": "no preset for it ships; the general one topples the robot",
    "command in the observation": "the published task rewards the command and does not show it",
  },
  PandaOpenCabinet: {
    "constant observations": "the drawer slides and does not turn; published in this order for boxes that do",
  },
  PandaPickCubeCartesian: {
    "constant observations": "noSolution is 0 until the arm is sent to where it cannot reach",
  },
  LeapCubeReorient: {
    "unpaid terms": "reached is the goal itself, which chance does not reach; a lesson with nearer goals is declared",
  },
  AlohaHandOver: {
    foreknowledge: "the published observation holds a clock, which the arms' computer has too",
  },
};

/** Tasks and checks of all known reports. */
export function knownReports(): { readonly task: string; readonly check: string; readonly why: string }[] {
  return Object.entries(KNOWN).flatMap(([task, checks]) =>
    Object.entries(checks).map(([check, why]) => ({ task, check, why })),
  );
}

/** The check, passed with the reason where its report is known and agreed. */
export function withKnown(task: string, check: Check): Check {
  const why = KNOWN[task]?.[check.name];
  if (why === undefined || check.verdict === "pass" || check.verdict === "skip") return check;
  return { ...check, verdict: "pass", found: `${check.found}. Known: ${why}`, fix: "" };
}
