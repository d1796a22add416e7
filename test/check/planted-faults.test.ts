import { afterAll, describe, expect, it } from "vitest";
import { checkTask } from "../../src/check/check-task.ts";
import { FULL } from "../../src/check/sizes.ts";
import type { Check } from "../../src/export/doctor/check.ts";
import { createEngine } from "../../src/graph/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { type Parts, SOUND, writeTask } from "./sound-task.ts";

/** Enough for a robot of four joints. */
const SIZES = { ...FULL, seed: 1, episodes: 4, candidates: 8, rounds: 1 };
const engine = createEngine("ort");
afterAll(() => engine.dispose());

async function found(changed: Partial<Parts>, overrides = {}): Promise<Check[]> {
  const config = resolveTrainConfig({ task: writeTask(changed), presets: {}, overrides });
  const { checks } = await checkTask({ config, sizes: SIZES, engine });
  return checks.filter(({ verdict }) => verdict === "warn" || verdict === "fail");
}

/** The sound reward with one line exchanged. */
function reward(name: string, line: string): string {
  const lines = SOUND.reward.split("\n");
  const at = lines.findIndex((one) => one.trim().startsWith(`${name}:`));
  if (at < 0) throw new Error(`no term ${name}`);
  return lines.with(at, line).join("\n");
}

/** What is planted, the check that must report it, and words of the report. */
const PLANTED: readonly (readonly [fault: string, parts: Partial<Parts>, check: string, words: RegExp])[] = [
  [
    "standing still earns almost what following the command earns",
    { reward: SOUND.reward.replaceAll("0.25)", "25)") },
    "standing still",
    /ignoring the command earns \d\d % of/,
  ],
  [
    "falling at once beats standing",
    { reward: "missed: { weight: -1, of: (s) => 0.3 + distSq(s.command, s.robot.linVel(), 2) }," },
    "falling at once",
    /falling after .* is worth −.*the shorter the episode, the better/,
  ],
  [
    "a term reads what never changes",
    { reward: `${SOUND.reward} height: { weight: 0.5, of: (s) => 0.3 + s.sim.xpos[2] },` },
    "constant terms",
    /height is always 0\.15/,
  ],
  [
    "a term that nothing can fulfil",
    { reward: `${SOUND.reward} fast: { weight: 2, of: (s) => (Math.abs(s.robot.linVel()[0]) > 40 ? 1 : 0) },` },
    "unpaid terms",
    /^fast: /,
  ],
  [
    "one weight has two digits too many",
    { reward: reward("effort", "effort: { weight: -100, of: (s) => normSq(s.action) },") },
    "balance of terms",
    /effort is [\d.]+ times/,
  ],
  [
    "a cost is paid for",
    { reward: reward("effort", "effort: { weight: 0.01, of: (s) => normSq(s.action) },") },
    "signs of terms",
    /effort is paid for/,
  ],
  [
    "following the command is charged",
    {
      reward: reward(
        "trackYawRate",
        "trackYawRate: { weight: 0.5, of: (s) => (s.command[2] - s.robot.yawRate()) ** 2 },",
      ),
    },
    "signs of terms",
    /trackYawRate pays more where the command is ignored/,
  ],
  [
    "the observation lacks the turning rate that is commanded",
    { observe: SOUND.observe.replace("s.command }", "[s.command[0], s.command[1]] }") },
    "command in the observation",
    /^ang_vel_z changes nothing in the observation/,
  ],
  [
    "an observation is constant",
    { observe: `${SOUND.observe} height: { of: (s) => s.sim.xpos[5] },` },
    "constant observations",
    /^height$/,
  ],
  [
    "an observation has no scale",
    { observe: SOUND.observe.replace("s.robot.poleSpeed(), ", "1000 * s.robot.poleSpeed(), ") },
    "scale of observations",
    /poleSpeed has standard deviation \d{3,}/,
  ],
  [
    "an observation tells when the next kick comes",
    {
      observe: `${SOUND.observe} due: { of: (s) => s.alarm.due },`,
      more: `track: { alarm: { size: 1, description: { kind: "alarm" }, bind: ({ slots }) => ({
        reading: { get due() { return slots[0]; } },
        reset: (s, rng) => { slots[0] = Math.round(rng.uniform(20, 60)); },
        beforePhysics: () => {},
        afterReward: () => { slots[0] = slots[0] > 0 ? slots[0] - 1 : 50; },
      }) } },
  events: { jolt: { size: 0, description: { kind: "jolt" }, bind: ({ sim }) => ({
        reading: {},
        beforePhysics: (s) => { if (s.alarm.due === 0) sim.qvel[0] += 0.3; },
      }) } },`,
    },
    "foreknowledge",
    /due announces a disturbance before it comes/,
  ],
  [
    "an observation counts steps",
    { observe: `${SOUND.observe} time: { of: (s) => s.episodeStep * s.dt },` },
    "foreknowledge",
    /time counts the steps of the episode/,
  ],
  [
    "an observation tells the mass that was drawn",
    { observe: `${SOUND.observe} mass: { of: (s) => s.sim.modelFields.body_mass[1] },` },
    "foreknowledge",
    /mass shows what the randomisation drew/,
  ],
  [
    "episodes are over before the reward begins",
    {
      timing: SOUND.timing.replace("10", "2"),
      reward: reward("alive", "alive: { weight: 1, of: (s) => (s.episodeStep > 150 ? 1 : 0) },"),
    },
    "reach of the reward",
    /alive first pays after 3\.02 s, when every episode that was tried is over/,
  ],
  [
    "every episode ends in its first steps",
    { terminate: "fell: (s) => s.episodeStep > 3" },
    "reach of the reward",
    /every episode ends within 0\.08 s, by fell/,
  ],
  [
    "the noise of the untrained policy topples the robot at once",
    {
      action: 'direct({ squash: "none", scale: 3 })',
      terminate: "fell: (s) => Math.abs(s.robot.pole()) > 0.08",
      reward: SOUND.reward,
    },
    "noise of the preset",
    /the untrained policy is up for 0\.[0-4]\d* s, zero actions for [1-9]/,
  ],
  [
    "an action moves nothing",
    { action: 'direct({ squash: "tanh", scale: (name) => (name === "turn" ? 0 : 0.5) })' },
    "effect of actions",
    /^turn moves nothing/,
  ],
  [
    "the clip makes every step equal",
    { more: "rewardClip: [2, 100]," },
    "reward clip",
    /raises the reward in 100 % of the steps/,
  ],
];

describe("the reward doctor", () => {
  it("reports nothing on a task with which nothing is wrong", async () => {
    expect(await found({})).toEqual([]);
  });

  it.each(PLANTED)("finds that %s", async (_fault, parts, check, words) => {
    const checks = await found(parts);
    expect(checks.find(({ name }) => name === check)?.found, JSON.stringify(checks)).toMatch(words);
  });
});
