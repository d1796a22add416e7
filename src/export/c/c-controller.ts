/**
 * A policy as C99: one header with the contract as constants, one source. No allocation, no library but libm. With FLOWGAIT_MAIN defined
 * the source is a program that replays recorded observations and prints how long a call takes.
 */
import { floatLiteral, writeC } from "../../graph/index.ts";
import type { TaskDescription } from "../../tasks/index.ts";
import { type ControllerOrigin, controllerContract, originText } from "../contract/contract.ts";
import { type ControllerOptions, controllerFunction } from "../controller-function.ts";
import type { ExportedPolicy } from "../exported-policy.ts";
import { constantsOf } from "./c-constants.ts";
import { mainText } from "./c-main.ts";

/** Observations and what the policy makes of them, kept in the source for its `main`. */
export interface RecordedCalls {
  readonly rows: number;
  /** [rows, obsSize] raw */
  readonly obs: Float32Array;
  /** [rows, noiseSize]; null where the controller has no noise input */
  readonly noise: Float32Array | null;
  /** [rows, actionSize] */
  readonly output: Float32Array;
}

/** The two files. */
export interface CController {
  /** Base of the files' names and prefix of everything that they declare. */
  readonly name: string;
  readonly header: string;
  readonly source: string;
}

/** The same policy, task, origin and recording give the same text. */
export function controllerC(
  policy: ExportedPolicy,
  task: TaskDescription,
  origin: ControllerOrigin,
  options: ControllerOptions,
  recorded: RecordedCalls,
): CController {
  const contract = controllerContract(policy, task, origin, options);
  const name = cName(task.name);
  const { prototypes, definitions } = writeC({ [`${name}_run`]: controllerFunction(policy, task, options) });
  const { declarations, definitions: constants } = constantsOf(name, contract);
  const guard = `${name.toUpperCase()}_H`;
  const header = [
    `${titleOf(task, origin)}\n#ifndef ${guard}\n#define ${guard}\n`,
    '#ifdef __cplusplus\nextern "C" {\n#endif\n',
    declarations,
    `${callText(name)}\n${prototypes.join("\n")}\n`,
    "#ifdef __cplusplus\n}\n#endif\n\n#endif",
  ].join("\n");
  const main = mainText(name, contract, recorded);
  const source = [
    `${titleOf(task, origin)}\n${compileText(name)}`,
    main.head,
    `#include "${name}.h"\n\n#include <math.h>\n`,
    constants,
    definitions,
    main.body,
  ].join("\n");
  return { name, header: `${header}\n`, source };
}

/** snake_case, a valid C identifier. */
export function cName(task: string): string {
  const words = task.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
  const name = words.toLowerCase().replace(/^_+|_+$/g, "");
  if (name === "") return "controller";
  return /^[a-z]/.test(name) ? name : `controller_${name}`;
}

function titleOf(task: TaskDescription, origin: ControllerOrigin): string {
  const { packageVersion, algorithm, envSteps, run } = origin;
  const training = envSteps === 0 ? `the network of ${run}` : `${algorithm}, ${envSteps} environment steps`;
  const shipped = origin.shipped === undefined ? "" : ` ${originText(origin)}.`;
  const rate = floatLiteral(task.controlHz).replace(/(\.0)?f$/, "");
  return `/* ${task.name.replaceAll("*/", "")}, a controller at ${rate} Hz. Written by flowgait ${packageVersion}; ${training.replaceAll("*/", "")}.${shipped} */`;
}

function callText(name: string): string {
  return `/* One control step: a raw observation in, ${name.toUpperCase()}_ACTION_SIZE values out. Reentrant; takes some kilobytes of stack. */`;
}

function compileText(name: string): string {
  return `/* As a library: cc -std=c99 -O3 -c ${name}.c
   As a program that replays recorded observations: cc -std=c99 -O3 -DFLOWGAIT_MAIN ${name}.c -lm -o ${name} */
`;
}
