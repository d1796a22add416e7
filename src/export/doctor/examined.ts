/** What the doctor can be shown: a controller with its contract, or a third-party policy, whose file says little. */
import type { TaskDescription } from "../../tasks/index.ts";
import type { OutputKind } from "../export-choices.ts";
import type { StoredController } from "../read-controller.ts";
import { type RunningController, runOnnx } from "../running-controller.ts";
import { normaliserCheck } from "./behaviour-checks.ts";
import type { Check } from "./check.ts";
import { contractChecks, type ToldTask } from "./contract-checks.ts";
import {
  type ForeignController,
  foreignChecks,
  foreignNormaliser,
  runForeign,
  toldTask,
} from "./foreign-controller.ts";
import type { Observed } from "./observed.ts";

/** Both behind one face. */
export interface Examined {
  /** The task according to the controller; where the controller says nothing, the task itself. */
  readonly task: ToldTask;
  readonly outputKind: OutputKind;
  /** Values of the controller's noise input; 0 without one. */
  readonly noiseSize: number;
  /** All checks that need no simulation. */
  readonly checks: readonly Check[];
  normaliser(observed: Observed): Check;
  /** @param rows observations of each call */
  open(rows: number): Promise<RunningController>;
}

/** @param robot the task as this package declares it */
export function examined(subject: StoredController | ForeignController, robot: TaskDescription): Examined {
  return "contract" in subject ? withContract(subject, robot) : madeElsewhere(subject, robot);
}

function withContract({ bytes, contract }: StoredController, robot: TaskDescription): Examined {
  return {
    task: contract.task,
    outputKind: contract.outputKind,
    noiseSize: contract.policy.noiseSize ?? 0,
    checks: contractChecks(contract, robot),
    normaliser: (observed) => normaliserCheck(contract, observed),
    open: () => runOnnx(bytes, contract.output),
  };
}

function madeElsewhere(subject: ForeignController, robot: TaskDescription): Examined {
  return {
    task: toldTask(subject.metadata, robot, subject.policy.source),
    outputKind: "actions",
    noiseSize: 0,
    checks: foreignChecks(subject, robot),
    normaliser: () => foreignNormaliser(subject),
    open: (rows) => runForeign(subject.policy, rows),
  };
}
