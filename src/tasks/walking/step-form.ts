/**
 * A walking step as a list of numbers that a search may move, and back: SteppingSettings for any robot whose legs were found. Left and right
 * get the same numbers. The idea of the answers: M. Raibert, Legged Robots That Balance, 1986: a swinging leg goes where the trunk drifts and
 * tips, and a standing ankle pushes against it.
 */
import type { SteppingSettings, Stride } from "../actions/stepping-pose.ts";
import { type Leg, type LegJoint, type Legs, pitchingJoints } from "./legs.ts";

/** What a robot's step may follow, by the name of the observation term. */
export interface Felt {
  readonly linVel?: string;
  readonly gravity?: string;
  readonly gyro?: string;
}

/** A number of a step. */
export interface StepNumber {
  readonly about: string;
  readonly guess: number;
  /** How far a search moves it at first, in its unit. */
  readonly scale: number;
}

type Phase = "sine" | "cosine" | "lean";
const PHASES: readonly Phase[] = ["sine", "cosine", "lean"];

/** Joints at the same place of all legs. */
interface Row {
  readonly place: number;
  readonly turn: LegJoint["turn"];
  /** Of this turn, from the trunk. */
  readonly rank: number;
  /** Whether no joint of this turn is further down. */
  readonly isLast: boolean;
}

/** Reading by axis: roll follows what is sideways, pitch what is forward, yaw what turns. */
const COMMAND_AXIS = { pitch: 0, roll: 1, yaw: 2 } as const;
const GYRO_AXIS = { roll: 0, pitch: 1, yaw: 2 } as const;

type Gains = readonly [sine: number, cosine: number, lean: number];
const NONE: Gains = [0, 0, 0];

/** What one would say of any robot on two legs, rad per unit of the reading: of the first and the last joint of a turn. */
const FIRST: Readonly<Record<string, Gains>> = {
  "pitch linVel": [0, -0.15, 0.13],
  "pitch gravity": [0, -0.5, 0],
  "pitch gyro": [0, -0.05, 0],
  "roll command": [0.2, 0, 0],
  "roll linVel": [0.15, -0.1, 0],
  "roll gravity": [0.5, 0, 0],
  "roll gyro": [-0.05, 0, 0],
  "yaw command": [0.13, -0.18, 0],
};
const LAST: Readonly<Record<string, Gains>> = {
  "pitch command": [0, 0, -0.3],
  "pitch linVel": [0, 0, 0.3],
  "pitch gravity": [0, 0, 1],
  "pitch gyro": [0, 0, 0.1],
  "roll linVel": [0, 0, -0.2],
  "roll gravity": [0, 0, -1],
  "roll gyro": [0, 0, 0.1],
};
/** First moves of a search, rad per unit. */
const ANSWER_SCALE = { command: 0.1, linVel: 0.1, gravity: 0.1, gyro: 0.03 } as const;
/** Four legs stride by how far the ground goes beneath each foot; shares of that by sine and cosine of the phase. */
const FOUR_LEGGED_SHARES = [-0.6, 0.5] as const;
const SWING = { two: 0.9, four: 0.4 } as const; // rad, of the second pitching joint

/** The numbers of a robot's step. */
export class StepForm {
  readonly numbers: readonly StepNumber[];
  readonly #legs: Legs;
  readonly #rows: readonly Row[];
  readonly #felt: Felt;
  readonly #gait: string;
  readonly #hz: number;

  /** @param hz steps of one foot per second; @param gait name of the task's or lesson's clock */
  constructor(legs: Legs, felt: Felt, { gait, hz }: { readonly gait: string; readonly hz: number }) {
    this.#legs = legs;
    this.#rows = rowsOf(legs.legs[0]);
    this.#felt = felt;
    this.#gait = gait;
    this.#hz = hz;
    this.numbers = [...this.#stances(), ...this.#swings(), ...this.#sways(), ...this.#answers()];
  }

  /** @param values one per number */
  step(values: ArrayLike<number>): SteppingSettings {
    const rest = Array.from(values);
    const take = (count: number) => rest.splice(0, count);
    const stance = this.#stanceOf(take(this.#rows.length));
    const swing = this.#swingOf(take(this.#pitching.length));
    const sway = this.#isTwoLegged ? this.#swayOf(take(this.#rolling.length + 1)) : undefined;
    return { gait: this.#gait, ...swing, stance, ...(sway && { sway }), stride: this.#strideOf(rest) };
  }

  get #isTwoLegged(): boolean {
    return this.#legs.legs.length === 2;
  }

  get #pitching(): Row[] {
    return this.#rows.filter(({ turn }) => turn === "pitch");
  }

  get #rolling(): Row[] {
    return this.#rows.filter(({ turn }) => turn === "roll");
  }

  #stances(): StepNumber[] {
    return this.#rows.map((row) => ({ about: `${nameOf(row)} at rest`, guess: 0, scale: 0.05 }));
  }

  /** The foot stays level and below the hip while the second joint bends. */
  #swings(): StepNumber[] {
    const bend = this.#legs.bend * (this.#isTwoLegged ? SWING.two : SWING.four);
    // legs without a foot of its own carry little of it at the hip: measured on the Go1 (docs/experiments.md)
    const guesses = this.#isTwoLegged ? [-0.5 * bend, bend, -0.5 * bend] : [-0.15 * bend, bend];
    return this.#pitching.map((row, k) => ({ about: `${nameOf(row)} in swing`, guess: guesses[k] ?? 0, scale: 0.1 }));
  }

  #sways(): StepNumber[] {
    if (!this.#isTwoLegged) return [];
    const rolls = this.#rolling.map((row, k) => ({
      about: `${nameOf(row)} to and fro`,
      guess: k === 0 ? 0.2 : 0,
      scale: 0.1,
    }));
    return [...rolls, { about: "lead of the rolls", guess: -0.4, scale: 0.3 }];
  }

  #answers(): StepNumber[] {
    return this.#answerKeys().flatMap(({ row, follows }) => {
      const key = `${row.turn} ${follows}`;
      const guess = this.#isTwoLegged ? guessOf(row, key) : this.#strideGuess(row, follows);
      const scale = ANSWER_SCALE[follows];
      return PHASES.map((phase, i) => ({ about: `${nameOf(row)}, ${follows}, ${phase}`, guess: guess[i], scale }));
    });
  }

  #strideGuess({ turn, rank }: Row, follows: string): Gains {
    if (follows !== "command" || rank > 0 || turn === "yaw") return NONE;
    const reach = 1 / (4 * this.#hz * this.#legs.length);
    // a leg that pitches forward turns its foot back, one that rolls takes it to the left
    const way = turn === "pitch" ? 1 : -1;
    return [way * FOUR_LEGGED_SHARES[0] * reach, way * FOUR_LEGGED_SHARES[1] * reach, 0];
  }

  /** What each row answers; the further joints of four legs only carry. */
  #answerKeys(): { row: Row; follows: keyof typeof ANSWER_SCALE }[] {
    const readings = (["command", "linVel", "gravity", "gyro"] as const).filter(
      (reading) => reading === "command" || this.#felt[reading] !== undefined,
    );
    return this.#rows
      .filter(({ rank }) => this.#isTwoLegged || rank === 0)
      .flatMap((row) =>
        readings
          .filter((reading) => row.turn !== "yaw" || reading === "command" || reading === "gyro")
          .map((follows) => ({ row, follows })),
      );
  }

  #stanceOf(values: readonly number[]): Record<string, number> {
    const entries = this.#legs.legs.flatMap(({ joints, at }) =>
      this.#rows.map(({ place, turn }) => {
        const { name, sign } = joints[place];
        return [name, rounded(sign * (turn === "pitch" ? 1 : Math.sign(at[1])) * values[place])] as const;
      }),
    );
    return Object.fromEntries(entries.filter(([, angle]) => angle !== 0));
  }

  #swingOf(values: readonly number[]): Pick<SteppingSettings, "legs" | "amplitude"> {
    const legs = this.#legs.legs.map(pitchingJoints);
    const amplitudes = legs.map((joints) => joints.map(({ sign }, k) => rounded(sign * values[k])));
    const same = amplitudes.every((amplitude) => amplitude.every((value, k) => value === amplitudes[0][k]));
    return {
      legs: legs.map((joints) => joints.map(({ name }) => name)),
      amplitude: same ? amplitudes[0] : amplitudes,
    };
  }

  #swayOf(values: readonly number[]): SteppingSettings["sway"] {
    const amplitude = this.#rolling.flatMap(({ place }, k) =>
      this.#legs.legs.map(({ joints }) => [joints[place].name, rounded(joints[place].sign * values[k])] as const),
    );
    return { amplitude: Object.fromEntries(amplitude), lead: rounded(values[values.length - 1]) };
  }

  #strideOf(values: readonly number[]): Stride[] {
    return this.#answerKeys().flatMap(({ row, follows }, i) => {
      const gains = values.slice(3 * i, 3 * i + 3).map(rounded) as unknown as Gains;
      return this.#stridesOf(row, follows, gains);
    });
  }

  #stridesOf({ place, turn }: Row, follows: keyof typeof ANSWER_SCALE, gains: Gains): Stride[] {
    const joints = this.#legs.legs.map((leg) => leg.joints[place]);
    const axis =
      follows === "gyro" ? GYRO_AXIS[turn] : follows === "gravity" && turn === "yaw" ? 2 : COMMAND_AXIS[turn];
    const stride = (on: number, share: readonly number[], factor: number): Stride[] => {
      const along = (gain: number) => [0, 1, 2].map((i) => (i === on ? rounded(factor * gain) : 0));
      if (gains.every((gain) => rounded(factor * gain) === 0)) return [];
      const term = follows === "command" ? undefined : this.#felt[follows];
      return [
        {
          joints: joints.map(({ name }) => name),
          ...(term !== undefined && { follows: term }),
          sine: along(gains[0]),
          ...(gains[1] !== 0 && { cosine: along(gains[1]) }),
          ...(gains[2] !== 0 && { lean: along(gains[2]) }),
          ...(share.some((one) => one !== 1) && { share }),
        },
      ];
    };
    const signs = joints.map(({ sign }) => sign);
    const straight = stride(axis, signs, 1);
    if (this.#isTwoLegged || follows !== "command" || turn === "yaw") return straight;
    return [...straight, ...this.#turning(turn, signs, stride)];
  }

  /** Turning on four legs: the ground beneath a foot goes forward by −y and to the left by x, in m per rad. */
  #turning(
    turn: LegJoint["turn"],
    signs: readonly number[],
    stride: (axis: number, share: readonly number[], factor: number) => Stride[],
  ): Stride[] {
    const ways = this.#legs.legs.map(({ at }) => (turn === "pitch" ? -at[1] : at[0]));
    const farthest = Math.max(...ways.map(Math.abs));
    const share = ways.map((way, foot) => rounded((signs[foot] * way) / farthest));
    return stride(2, share, farthest);
  }
}

function rowsOf({ joints }: Leg): Row[] {
  return joints.map(({ turn }, place) => ({
    place,
    turn,
    rank: joints.slice(0, place).filter((joint) => joint.turn === turn).length,
    isLast: !joints.slice(place + 1).some((joint) => joint.turn === turn),
  }));
}

function guessOf({ rank, isLast }: Row, key: string): Gains {
  if (rank === 0) return FIRST[key] ?? NONE;
  return isLast ? (LAST[key] ?? NONE) : NONE;
}

function nameOf({ turn, rank }: Row): string {
  return `${turn} ${rank + 1}`;
}

/** To three decimals, without −0. */
function rounded(value: number): number {
  return Math.round(1000 * value) / 1000 + 0;
}
