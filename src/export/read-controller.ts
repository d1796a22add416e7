/** Reads an exported controller back: graph, contract and the deployers' keys, refused where they were tampered with or contradict each other. */

import { describeIssue } from "../config/config-issue.ts";
import { type GraphFunction, readOnnx, sizeOf } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { Arrangement } from "./adapter.ts";
import { isIntact } from "./contract/checksum.ts";
import { CONTRACT_VERSION, type Contract, contractSchema } from "./contract/contract-schema.ts";
import { deployerMetadata } from "./onnx-controller.ts";

/** An ONNX controller with its contract. */
export interface StoredController {
  readonly bytes: Uint8Array;
  readonly function: GraphFunction;
  readonly contract: Contract;
}

/**
 * @param source what messages call the file
 * @throws UserError in one line: truncated or tampered, an opset too new, no contract, one of another version, or one that contradicts the
 * file's other keys or its graph
 */
export function readController(bytes: Uint8Array, source: string): StoredController {
  const { function: fn, metadata } = readOnnx(bytes, source);
  const contract = storedContract(bytes, metadata, source);
  checkSizes(fn, contract, source);
  return { bytes, function: fn, contract };
}

/**
 * The contract of a file whose graph is not looked at.
 * @throws UserError in one line: tampered, no contract, one of another version, or one that contradicts the file's other keys
 */
export function storedContract(
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  source: string,
): Contract {
  const contract = parseContract(metadata.flowgait, source);
  if (contract.fileSha256 === undefined || !isIntact(bytes, contract.fileSha256))
    throw new UserError(`${source}: its checksum does not match, so it was changed after the export; export it again`);
  for (const [key, value] of Object.entries(deployerMetadata(contract.task, contract.training)))
    if (metadata[key] !== value) throw contradiction(source, key, metadata[key], value);
  checkCounts(contract, source);
  return contract;
}

/** Lists of the contract that must be as long as the contract itself says. */
function checkCounts({ task, normaliser, adapter }: Contract, source: string): void {
  const { action, observation, command, obsSize, actionSize } = task;
  const commandSize = command?.names.length ?? 0;
  const rest = action.rest?.length ?? 0;
  const servos = action.kind.startsWith("joint") ? actionSize - rest : 0;
  const optional = (key: string, values: readonly number[] | undefined, expected: number) =>
    values === undefined ? [] : [[`task.action.${key}`, values.length, expected] as const];
  const counts: readonly (readonly [string, number, number])[] = [
    ["task.action.names", action.names.length, actionSize],
    ["task.action.scale", action.scale.length, actionSize],
    ["task.action.offset", action.offset.length, actionSize],
    ["task.action.stiffness", action.stiffness.length, servos],
    ["task.action.damping", action.damping.length, servos],
    ...optional("actuators", action.actuators, actionSize),
    ...optional("control.scale", action.control?.scale, servos),
    ...optional("control.offset", action.control?.offset, servos),
    ...optional("lag", action.lag, servos),
    ["task.observation", observation.reduce((sum, { size }) => sum + size, 0), obsSize],
    ["normaliser.mean", normaliser.mean.length, obsSize],
    ["normaliser.std", normaliser.std.length, obsSize],
    ...(adapter ? arranged("observation", adapter.observation, obsSize) : []),
    ...(adapter ? arranged("action", adapter.action, actionSize) : []),
    ["task.command.units", command?.units.length ?? 0, commandSize],
    ["task.command.ranges", command?.ranges.length ?? 0, commandSize],
  ];
  for (const [key, found, expected] of counts)
    if (found !== expected)
      throw new UserError(`${source}: contract: ${key} has ${found} values, but the contract says ${expected}`);
}

function arranged(end: string, { source, scale }: Arrangement, size: number): (readonly [string, number, number])[] {
  return [
    [`adapter.${end}.source`, source.length, size],
    [`adapter.${end}.scale`, scale.length, size],
  ];
}

function parseContract(text: string | undefined, source: string): Contract {
  if (text === undefined)
    throw new UserError(
      `${source}: has no contract (metadata key flowgait), expected a controller that flowgait exported`,
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${source}: its contract is not valid JSON, expected an unchanged exported file`, { cause });
  }
  const version = (json as { version?: unknown } | null)?.version;
  if (version !== CONTRACT_VERSION)
    throw new UserError(`${source}: contract version ${version}, this flowgait reads version ${CONTRACT_VERSION}`);
  const parsed = contractSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(`${source}: contract: ${describeIssue(parsed.error.issues[0]!, json)}`);
}

function contradiction(source: string, key: string, found: string | undefined, expected: string): UserError {
  const said = found === undefined ? "is missing" : `says "${shortened(found)}"`;
  return new UserError(`${source}: metadata ${key} ${said}, but the contract says "${shortened(expected)}"`);
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function checkSizes(fn: GraphFunction, { task, input, output, policy }: Contract, source: string): void {
  const wanted: Record<string, number> = { [input]: task.obsSize };
  if (policy.noiseSize !== undefined) wanted.noise = policy.noiseSize;
  const found = Object.fromEntries(
    fn.inputs.flatMap((node) => (node.op === "input" ? [[node.attributes.name, sizeOf(node.shape)] as const] : [])),
  );
  for (const [name, size] of Object.entries(wanted))
    if (found[name] !== size)
      throw new UserError(
        `${source}: input "${name}" has ${found[name] ?? "no"} values, but the contract says ${size}`,
      );
  const size = fn.outputs[output] && sizeOf(fn.outputs[output].shape);
  if (size !== task.actionSize)
    throw new UserError(
      `${source}: output "${output}" has ${size ?? "no"} values, but the contract says ${task.actionSize}`,
    );
}
