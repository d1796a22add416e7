/** Results of flow settings while they drive: reward, falls and time per action, per policy, flow steps and noise. */
import { flowSettingsOf } from "./acting-policy.ts";
import type { FlowSettings, FlowTally, NamedPolicy } from "./drive-orders.ts";

/** The "last seconds", as a time constant, s. */
const RECENT_SECONDS = 3;
/** Ways that are remembered; the one that was used least recently is forgotten. */
const MOST_TALLIES = 8;

interface Sum {
  readonly policy: string;
  readonly flow: FlowSettings;
  steps: number;
  reward: number;
  recent: number;
  falls: number;
  actMs: number;
}

/** Sums of reward, falls and time per way of drawing actions. */
export class FlowTallies {
  readonly #controlHz: number;
  /** By use, the present one last. */
  #sums: Sum[] = [];
  #policy: NamedPolicy | null = null;
  /** Of the policy; null where it is no flow. */
  #sum: Sum | null = null;
  #falls = 0;

  constructor(controlHz: number) {
    this.#controlHz = controlHz;
  }

  /**
   * Counts a step of a policy that draws its actions in its way; one that is no flow is not counted.
   * @param reward of the step
   * @param falls of the robot so far
   * @param actMs time that the action took
   */
  count(policy: NamedPolicy, reward: number, falls: number, actMs: number): void {
    if (policy !== this.#policy) this.#sum = this.#sumOf(policy);
    this.#policy = policy;
    const fell = Math.max(0, falls - this.#falls);
    this.#falls = falls;
    const sum = this.#sum;
    if (sum === null) return;
    const perSecond = reward * this.#controlHz;
    sum.steps++;
    sum.reward += perSecond;
    sum.actMs += actMs;
    sum.falls += fell;
    // Until the lag has passed, the mean of what there is.
    const share = Math.max(1 / sum.steps, 1 / (RECENT_SECONDS * this.#controlHz));
    sum.recent += share * (perSecond - sum.recent);
  }

  /** The present way first. */
  get all(): FlowTally[] {
    return this.#sums
      .map(({ policy, flow, steps, reward, recent, falls, actMs }) => ({
        ...{ policy, flow, falls },
        seconds: steps / this.#controlHz,
        reward: reward / steps,
        recentReward: recent,
        actMs: actMs / steps,
      }))
      .reverse();
  }

  #sumOf(named: NamedPolicy): Sum | null {
    const flow = flowSettingsOf(named);
    if (flow === null) return null;
    const { key: policy } = named;
    const found = this.#sums.find((sum) => isSame(sum, policy, flow));
    const sum = found ?? { policy, flow, steps: 0, reward: 0, recent: 0, falls: 0, actMs: 0 };
    this.#sums = [...this.#sums.filter((other) => other !== found), sum].slice(-MOST_TALLIES);
    return sum;
  }
}

function isSame(sum: Sum, policy: string, { steps, noise }: FlowSettings): boolean {
  return sum.policy === policy && sum.flow.steps === steps && seedOf(sum.flow.noise) === seedOf(noise);
}

function seedOf(noise: FlowSettings["noise"]): string | number {
  return typeof noise === "object" ? noise.seed : noise;
}
