/** What the package's declarations say to a program that checks them with its own compiler settings. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../src/files/package-root.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-consumer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Uses tasks, simulations and environments, indexed values included. */
const PROGRAM = `import { defineTask, direct, Environment, readings, Simulation, suiteRecipe, type Task, tolerance, UserError } from "flowgait";

const upright = tolerance({ bounds: [0.98, 1], margin: 1 });
export const task: Task = defineTask({
  name: "Lift",
  scene: "./lift.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 10 },
  robot: readings((sim) => ({ height: () => sim.qpos[sim.joint("lift").qposAddress] ?? 0 })),
  action: direct({ squash: "tanh" }),
  observe: { height: { of: (s) => s.robot.height(), noise: 0.05, unit: "m" } },
  reward: { up: { weight: 1, of: (s) => upright(s.robot.height()) }, effort: { weight: -0.1, of: (s) => (s.action[0] ?? 0) ** 2 } },
  presets: { ...suiteRecipe({ steps: 1e6, noisePeriod: 2 }), paper: { ppo: { envs: 64, algorithm: { name: "ppo", clip: 0.1 } } } },
});

export async function total(): Promise<number> {
  const sim = await Simulation.load("/lift.xml");
  sim.modelFields.body_mass[1] = sim.names.all("body").length;
  sim.delete();
  const env = await Environment.create(task);
  env.start(1, 0);
  env.step(1, 0, new Float32Array(env.actionSize), 0);
  if (env.nan) throw new UserError(env.nanSource);
  return env.reward;
}
`;

beforeAll(() => {
  // Declarations with the one package beside them whose types they may refer to, and which npm installs with them.
  const installed = join(folder, "node_modules", "flowgait");
  const isDeclaration = (path: string) => statSync(path).isDirectory() || path.endsWith(".d.ts");
  mkdirSync(installed, { recursive: true });
  cpSync(join(packageRoot, "package.json"), join(installed, "package.json"));
  cpSync(join(packageRoot, "dist", "src"), join(installed, "dist", "src"), { recursive: true, filter: isDeclaration });
  symlinkSync(join(packageRoot, "node_modules", "zod"), join(folder, "node_modules", "zod"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "program.ts"), PROGRAM);
});

/** The compiler's complaints about the program; "" where it has none. */
function complaints(compilerOptions: Readonly<Record<string, unknown>>): string {
  const config = { compilerOptions: { noEmit: true, pretty: false, ...compilerOptions }, files: ["program.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(packageRoot, "node_modules", "typescript", "bin", "tsc");
  try {
    return execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return String((error as { stdout: string }).stdout);
  }
}

const STRICTEST = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noPropertyAccessFromIndexSignature: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
};

it("the package's types pass the compiler's default settings, which check the declarations of libraries", () => {
  expect(complaints({ module: "nodenext", target: "es2023" })).toBe("");
});

it("they pass every strict setting, and the resolution that bundlers use", () => {
  const settings = { module: "esnext", moduleResolution: "bundler", target: "es2022", skipLibCheck: false };
  expect(complaints({ ...settings, ...STRICTEST })).toBe("");
});
