/** What a task could read from a model, as the code that reads it: the start of a task file for a robot that has none yet. */
import { modelParts } from "../../physics/model/model-parts.ts";
import { jointServos } from "../../physics/servo.ts";
import type { Simulation } from "../../physics/simulation.ts";

/** More readings than this make no page easier to write. */
const MOST_READINGS = 120;

/** One reading: the constant that it needs, and how it is read. */
interface Reading {
  readonly name: string;
  /** Its constant, such as `sim.joint("hip")` */
  readonly lookup: string;
  readonly constant: string;
  /** A number read each time, or an array that is kept as a view */
  readonly kind: "value" | "view";
  /** With `@` for the constant */
  readonly code: string;
  readonly about: string;
}

/**
 * The fields `timing`, `robot` and `action` of a task for this model: a reading for each named joint, sensor and site, and the action mapping
 * that fits the actuators. To be pasted into `defineTask({ … })`; `readings`, `jointTargets` and `direct` come from the package.
 */
export function readingsCode(sim: Simulation): string {
  const all = [...jointReadings(sim), ...sensorReadings(sim), ...siteReadings(sim)].slice(0, MOST_READINGS);
  if (all.length === 0) return [...timingCode(sim), actionCode(sim)].join("\n");
  const taken = new Set(["sim", "views"]);
  const constants = new Map<string, string>();
  for (const { lookup, constant } of all)
    if (!constants.has(lookup)) constants.set(lookup, unused(identifier(constant), taken));
  const found = all.map((reading) => ({
    ...reading,
    name: unused(identifier(reading.name), taken),
    code: reading.code.replaceAll("@", constants.get(reading.lookup)!),
  }));
  const views = found.filter(({ kind }) => kind === "view").map(({ name, code }) => `    ${name}: ${code},`);
  return [
    ...timingCode(sim),
    "robot: readings((sim) => {",
    ...[...constants].map(([lookup, name]) => `  const ${name} = ${lookup};`),
    ...(views.length > 0 ? ["  const views = sim.views(() => ({", ...views, "  }));"] : []),
    "  return {",
    ...found.map(
      ({ name, kind, code, about }) => `    ${name}: () => ${kind === "view" ? `views.${name}` : code}, // ${about}`,
    ),
    "  };",
    "}),",
    actionCode(sim),
  ].join("\n");
}

/** The physics rate that the timestep asks for, 50 actions per second or a rate near it, and the keyframe to start from. */
function timingCode(sim: Simulation): string[] {
  const physicsHz = Number((1 / sim.timestep).toPrecision(12));
  const controlHz = Number((physicsHz / Math.max(1, Math.round(physicsHz / 50))).toPrecision(12));
  const keyframes = sim.names.all("keyframe").filter((name) => name !== "");
  const keyframe = keyframes.find((name) => name === "home") ?? keyframes[0];
  return [
    `timing: { controlHz: ${controlHz}, physicsHz: ${physicsHz}, episodeSeconds: 10 },`,
    ...(keyframe === undefined ? [] : [`keyframe: ${JSON.stringify(keyframe)},`]),
  ];
}

/** Joint targets where every actuator is a position servo of its own joint. */
function actionCode(sim: Simulation): string {
  const servos = jointServos(sim);
  const joints = new Set(servos.map(({ joint }) => joint));
  const fits = sim.nu > 0 && servos.length === sim.nu && joints.size === sim.nu;
  if (fits)
    return `action: jointTargets({ scale: 0.3, squash: "none" }), // rad around the home pose: the actuators are position servos`;
  const found =
    sim.nu === 0 ? "the model has no actuators" : "actions are controls: not every actuator is a position servo";
  return `action: direct({ squash: "tanh" }), // ${found}`;
}

function jointReadings(sim: Simulation): Reading[] {
  return named(sim, "joint").flatMap((joint): Reading[] => {
    const { type, range } = sim.joint(joint);
    const at = { lookup: `sim.joint(${JSON.stringify(joint)})`, constant: withNoun(joint, "joint") };
    const view = (name: string, field: "qpos" | "qvel", from: number, to: number, about: string): Reading => {
      const address = field === "qpos" ? "@.qposAddress" : "@.dofAddress";
      const start = from === 0 ? address : `${address} + ${from}`;
      return {
        ...at,
        name: `${joint} ${name}`,
        kind: "view",
        code: `sim.${field}.subarray(${start}, ${address} + ${to})`,
        about,
      };
    };
    if (type === "ball") return [view("quat", "qpos", 0, 4, "w-x-y-z"), view("ang vel", "qvel", 0, 3, "rad/s")];
    if (type === "free")
      return [
        view("pos", "qpos", 0, 3, "m, in the world"),
        view("quat", "qpos", 3, 7, "w-x-y-z, in the world"),
        view("lin vel", "qvel", 0, 3, "m/s, in the world"),
        view("ang vel", "qvel", 3, 6, "rad/s, in the body's frame"),
      ];
    const unit = type === "hinge" ? "rad" : "m";
    const limits = Number.isFinite(range[0]) ? `, ${shown(range[0])} to ${shown(range[1])}` : "";
    return [
      { ...at, name: `${joint} pos`, kind: "value", code: "sim.qpos[@.qposAddress]", about: `${unit}${limits}` },
      { ...at, name: `${joint} vel`, kind: "value", code: "sim.qvel[@.dofAddress]", about: `${unit}/s` },
    ];
  });
}

function sensorReadings(sim: Simulation): Reading[] {
  const known = named(sim, "sensor");
  return modelParts(sim)
    .sensors.filter(({ label }) => known.includes(label))
    .map(({ label, kind, unit, size }): Reading => {
      const at = { lookup: `sim.sensor(${JSON.stringify(label)})`, constant: withNoun(label, "sensor"), name: label };
      const about = unit === "" ? kind : `${kind}, ${unit}`;
      if (size === 1) return { ...at, kind: "value", code: "sim.sensordata[@.address]", about };
      return { ...at, kind: "view", code: `sim.sensordata.subarray(@.address, @.address + ${size})`, about };
    });
}

function siteReadings(sim: Simulation): Reading[] {
  return named(sim, "site").map((site) => ({
    lookup: `sim.siteId(${JSON.stringify(site)})`,
    constant: withNoun(site, "site"),
    name: `${site} place`,
    kind: "view",
    code: "sim.siteXpos.subarray(3 * @, 3 * @ + 3)",
    about: "m, in the world",
  }));
}

function named(sim: Simulation, kind: "joint" | "sensor" | "site"): string[] {
  return sim.names.all(kind).filter((name) => name !== "");
}

/** "hip" → "hip joint", "hip_joint" as it is */
function withNoun(name: string, noun: string): string {
  return name.toLowerCase().endsWith(noun) ? name : `${name} ${noun}`;
}

/** "left hip-yaw pos" → "leftHipYawPos", "FR_hip" → "frHip" */
function identifier(words: string): string {
  const parts = words.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");
  const [first = "", ...rest] = parts;
  const small = first === first.toUpperCase() ? first.toLowerCase() : `${first[0]!.toLowerCase()}${first.slice(1)}`;
  const joined = small + rest.map((part) => part[0]!.toUpperCase() + part.slice(1)).join("");
  return /^\p{L}/u.test(joined) ? joined : `a${joined}`;
}

/** The name, with a number where it is taken. */
function unused(name: string, taken: Set<string>): string {
  let free = name;
  for (let k = 2; taken.has(free); k++) free = `${name}${k}`;
  taken.add(free);
  return free;
}

function shown(value: number): string {
  return String(Math.round(1e4 * value) / 1e4);
}
