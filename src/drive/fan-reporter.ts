/** Reports a few times per second what a driven policy might do next and the reward of its settings; costs nothing without subscribers. */
import type { Engine } from "../graph/index.ts";
import { ActionFans } from "./action-fan.ts";
import type { ActionFan, DriveReport, FanWish } from "./drive-orders.ts";
import type { DriveSession } from "./drive-session.ts";
import { FlowTallies } from "./flow-tally.ts";
import { Ghosts } from "./ghosts.ts";

/** Between two fans. */
const FAN_MS = 200;

type Post = (report: DriveReport, transfer?: ArrayBuffer[]) => void;

/** Posts fans of actions and tallies while a page looks at them. */
export class FanReporter {
  readonly #fans: ActionFans;
  readonly #tallies: FlowTallies;
  readonly #post: Post;
  #wish: FanWish | null = null;
  #ghosts: Ghosts | null = null;
  #toldMs = Number.NEGATIVE_INFINITY;
  /** The last report is still valid. */
  #isTold = false;
  #toldStep = -1;
  #toldPolicy: unknown = null;

  constructor(engine: Engine, session: DriveSession, post: Post) {
    this.#fans = new ActionFans(engine, session.env.actionSize);
    this.#tallies = new FlowTallies(session.controlHz);
    this.#post = post;
  }

  /** What is wanted from now on. */
  set wish(wish: FanWish | null) {
    this.#wish = wish;
    this.#isTold = false;
    if (wish?.ghosts === "off" || wish === null) this.#letGhostsGo();
  }

  /** Milliseconds until a fan is due; Infinity while none is. */
  waitMs({ step, policy }: DriveSession, nowMs: number): number {
    if (this.#wish === null) return Number.POSITIVE_INFINITY;
    if (this.#isTold && step === this.#toldStep && policy === this.#toldPolicy) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#toldMs + FAN_MS - nowMs);
  }

  /** Counts a step that was just played. */
  count({ policy, env, falls, lastActMs }: DriveSession): void {
    this.#tallies.count(policy, env.reward, falls, lastActMs);
  }

  async report(session: DriveSession, nowMs: number): Promise<void> {
    const { decision } = session;
    this.#toldMs = nowMs;
    this.#toldStep = decision.step;
    this.#toldPolicy = decision.policy;
    this.#isTold = true;
    const fan = await this.#fanOf(session);
    const { samples, paths, ghosts } = fan;
    // A page cannot draw non-finite actions; the step reports them.
    if (!samples.every(Number.isFinite)) return;
    this.#post(
      { kind: "fan", fan },
      [samples, paths, ghosts].map((values) => values.buffer),
    );
    this.#post({ kind: "tallies", tallies: this.#tallies.all });
  }

  async #fanOf(session: DriveSession): Promise<ActionFan> {
    const { decision, env } = session;
    const actions = await this.#fans.draw(decision);
    const wish = this.#wish?.ghosts ?? "off";
    const plain = { step: decision.step, size: env.actionSize, ...actions };
    if (wish === "off") return { ...plain, ghostKind: null, ghosts: new Float32Array(0) };
    this.#ghosts ??= await Ghosts.create(session.setup);
    const ghostKind = wish === "targets" && !this.#ghosts.hasTargets ? "ahead" : wish;
    const ghosts = this.#ghosts.poses(ghostKind, session.state(), actions.samples, decision);
    return { ...plain, ghostKind, ghosts };
  }

  #letGhostsGo(): void {
    this.#ghosts?.delete();
    this.#ghosts = null;
  }
}
