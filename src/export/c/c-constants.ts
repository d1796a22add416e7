/** The contract as C constants: what code needs by name, and the whole JSON for everything else. */
import { floatLiteral } from "../../graph/index.ts";
import type { Contract } from "../contract/contract-schema.ts";

/** Declarations for the header, definitions for the source. */
export interface CConstants {
  readonly declarations: string;
  readonly definitions: string;
}

/** Characters of JSON per string, well below C99's limit of 4095. */
const PIECE = 110;

/** @param name prefix of all names */
export function constantsOf(name: string, contract: Contract): CConstants {
  const { task } = contract;
  const { action, command, observation } = task;
  const ofJoints = action.rest ? ", of the joints, which are the first actions" : "";
  const arrays: CArray[] = [
    namesArray("action_names", action.names),
    numbersArray("action_scale", action.scale, "control per unit of action"),
    numbersArray("action_offset", action.offset, "control of action 0"),
    numbersArray("stiffness", action.stiffness, `N m/rad${ofJoints}`),
    numbersArray("damping", action.damping, `N m s/rad${ofJoints}`),
    numbersArray("lag", action.lag ?? [], "s, time constant with which a joint's servo follows its target"),
    numbersArray("control_scale", action.control?.scale ?? [], "of the simulated actuator's control per joint target"),
    numbersArray("control_offset", action.control?.offset ?? [], "of the simulated actuator's control at target 0"),
    namesArray("command_names", command?.names ?? []),
    numbersArray("command_low", command?.ranges.map(([low]) => low) ?? [], "lowest command in training"),
    numbersArray("command_high", command?.ranges.map(([, high]) => high) ?? [], "highest command in training"),
  ];
  const filled = arrays.filter(({ values }) => values.length > 0);
  const pieces = jsonPieces(contract);
  return {
    declarations: [
      macros(name, contract),
      termDeclaration(name, observation.length),
      ...filled.map((array) => `${declarationOf(name, array)};${array.note ? ` /* ${array.note} */` : ""}`),
      `/* The whole contract as JSON in pieces, ended by a null pointer. */\nextern const char *const ${name}_contract[];\n`,
    ].join("\n"),
    definitions: [
      termDefinitions(name, observation),
      ...filled.map((array) => `${declarationOf(name, array).replace("extern ", "")} = {${array.values.join(", ")}};`),
      `const char *const ${name}_contract[] = {\n${pieces.map((piece) => `  ${piece},`).join("\n")}\n  0\n};\n`,
    ].join("\n"),
  };
}

interface CArray {
  readonly type: string;
  readonly name: string;
  readonly values: readonly string[];
  readonly note: string;
}

function numbersArray(name: string, values: readonly number[], note: string): CArray {
  return { type: "float ", name, values: values.map(floatLiteral), note };
}

function namesArray(name: string, values: readonly string[]): CArray {
  return { type: "char *const ", name, values: values.map(stringLiteral), note: "" };
}

function declarationOf(prefix: string, { type, name, values }: CArray): string {
  return `extern const ${type}${prefix}_${name}[${values.length}]`;
}

function macros(name: string, { task, policy, weightsSha256, controlPeriod, outputKind }: Contract): string {
  const define = (word: string, value: string | number) => `#define ${name.toUpperCase()}_${word} ${value}`;
  return [
    define("OBS_SIZE", task.obsSize),
    define("ACTION_SIZE", task.actionSize),
    ...(task.action.rest === undefined
      ? []
      : [
          `${define("JOINT_COUNT", task.action.stiffness.length)} /* first actions; the others are controls of actuators */`,
        ]),
    ...(policy.noiseSize === undefined ? [] : [define("NOISE_SIZE", policy.noiseSize)]),
    `${define("CONTROL_PERIOD", controlPeriod)} /* s */`,
    `${define("OUTPUT", stringLiteral(outputKind))} /* actions: control = offset + scale * action; joint-targets: rad */`,
    define("WEIGHTS_SHA256", stringLiteral(weightsSha256)),
    `${define("OBSERVATION_TERMS", task.observation.length)}\n`,
  ].join("\n");
}

function termDeclaration(name: string, count: number): string {
  return `/* A part of the observation: scale * reading, the latest \`history\` of them oldest first, the newest \`delay\` steps old. */
struct ${name}_term {
  const char *name;
  int offset, size, history, delay;
  float scale;
  const char *source, *unit;
};
extern const struct ${name}_term ${name}_observation[${count}];`;
}

function termDefinitions(name: string, terms: Contract["task"]["observation"]): string {
  const rows = terms.map(({ name: term, offset, size, history, delay, scale, source, unit }) => {
    const texts = [source ?? "", unit ?? ""].map(stringLiteral);
    return `  {${[stringLiteral(term), offset, size, history, delay, floatLiteral(scale), ...texts].join(", ")}},`;
  });
  return `const struct ${name}_term ${name}_observation[${terms.length}] = {\n${rows.join("\n")}\n};`;
}

function jsonPieces(contract: Contract): string[] {
  const json = [...JSON.stringify(contract)];
  const count = Math.ceil(json.length / PIECE);
  return Array.from({ length: count }, (_, i) => stringLiteral(json.slice(i * PIECE, (i + 1) * PIECE).join("")));
}

/** A C string of the text's UTF-8 bytes; what is not plain ASCII becomes octal. */
function stringLiteral(text: string): string {
  const bytes = [...new TextEncoder().encode(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === "\\" || character === "?") return `\\${character}`;
    return byte >= 32 && byte < 127 ? character : `\\${byte.toString(8).padStart(3, "0")}`;
  });
  return `"${bytes.join("")}"`;
}
