/** The package as strangers get it: packed, installed in empty folders where install scripts may not download, and used there. */
import { execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../src/files/package-root.ts";

/** What a user of the package needs. */
const CONTENTS = (
  "CHANGELOG.md CONTRIBUTING.md LICENSE README.md SECURITY.md SKILL.md controllers deploy dist docs models package.json " +
  "scenes schemas starter"
).split(" ");
/** 5.5 of it is the site of `flowgait web`: ONNX Runtime and MuJoCo as WebAssembly. */
const MOST_BYTES = 17.5e6;

const folder = realpathSync(mkdtempSync(join(tmpdir(), "flowgait-package-")));
const stranger = join(folder, "stranger");
const project = join(folder, "my-robot");
let packed: { readonly filename: string; readonly size: number; readonly files: readonly { readonly path: string }[] };

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of a user: nothing that npm or CI set for this checkout, and no way out for the script of onnxruntime-node. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(package|lifecycle|config_(onnx|loglevel|local))|ONNX)/i.test(name),
    ),
  ),
  GLOBAL_AGENT_HTTP_PROXY: "http://127.0.0.1:9",
  GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9",
};

function run(cwd: string, command: string, ...args: string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: environment }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const npm = (cwd: string, ...args: string[]) => run(cwd, "npm", ...args);
const flowgait = (cwd: string, ...args: string[]) =>
  run(cwd, process.execPath, join(cwd, "node_modules", "flowgait", "dist", "src", "cli", "main.js"), ...args);
/** The page that a command serves, which is stopped again. */
async function pageOf(cwd: string, ...args: string[]): Promise<string> {
  const main = join(cwd, "node_modules", "flowgait", "dist", "src", "cli", "main.js");
  const child = spawn(process.execPath, [main, ...args, "--port", "0"], { cwd, env: environment });
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const found = /http:\S+\//.exec(text);
      if (found) resolve(found[0]);
    });
    child.on("close", () => reject(new Error(`ended: ${text}`)));
  });
  const page = await (await fetch(url)).text();
  child.kill("SIGINT");
  return page;
}

const npx = (cwd: string, ...args: string[]) => run(cwd, "npx", "--no", "--", ...args);
const SHORT = "--envs 64 --shards 4 --steps 20000 --algorithm.epochs 1 --evaluation.episodes 2 --run out".split(" ");
const SMALL = "--episodes 1 --rows 50 --calls 10 --flow-step-counts 1 --out exported --physics none".split(" ");
const INSTALL = ["install", "--prefer-offline", "--no-audit", "--no-fund"];

/** As `npx` leaves the package where npm skipped onnxruntime-node, because its install script failed. */
beforeAll(async () => {
  const { stdout } = await npm(packageRoot, "pack", "--json", "--ignore-scripts", "--pack-destination", folder);
  packed = Object.values<typeof packed>(JSON.parse(stdout))[0]!;
  const modules = join(stranger, "node_modules");
  mkdirSync(modules, { recursive: true });
  await run(modules, "tar", "xf", join(folder, packed.filename));
  renameSync(join(modules, "package"), join(modules, "flowgait"));
  const { dependencies } = JSON.parse(readFileSync(join(modules, "flowgait", "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(packageRoot, "node_modules", name), join(modules, name));
  }
  const record = { packages: { "node_modules/flowgait": { resolved: `file:../${packed.filename}` } } };
  writeFileSync(join(modules, ".package-lock.json"), JSON.stringify(record));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the package", () => {
  it("holds what its users need and nothing else, in 17.5 MB", () => {
    const paths = packed.files.map(({ path }) => path);
    expect([...new Set(paths.map((path) => path.split("/")[0]))].sort()).toEqual(CONTENTS);
    expect(paths.filter((path) => /\.(map|test\.\w+|mjs)$|^dist\/test/.test(path))).toEqual([]);
    expect(paths.filter((path) => /(?<!\.d)\.ts$/.test(path))).toEqual(["docs/tutorial/walk.ts", "starter/my-task.ts"]);
    expect(packed.size).toBeLessThan(MOST_BYTES);
  });

  it("says how to install what npm skips: the engine whose install script fails, and an optional build of MuJoCo; begins no run", async () => {
    const { code, stderr } = await flowgait(stranger, "train", "CartpoleBalance");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "flowgait: ort engine: onnxruntime-node is not installed; " +
        "try: npm install --ignore-scripts onnxruntime-node@1, or choose --engine tfjs\n",
    });
    expect(existsSync(join(stranger, "runs"))).toBe(false);
    expect(await flowgait(stranger, "doctor", "HumanoidJoystick", "--physics", "mujoco")).toMatchObject({
      code: 1,
      stderr:
        "flowgait: physics: @mujoco/mujoco is not installed, expected it in this project; try: npm install @mujoco/mujoco@3\n",
    });
    const own = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
    expect(own.optionalDependencies).toHaveProperty("onnxruntime-node");
  });

  it("runs with the engine that its error says to install, which npm puts into the user's project, not beside a global flowgait", async () => {
    const global = join(folder, "uses-global", "node_modules");
    mkdirSync(global, { recursive: true });
    const engine = "onnxruntime-node";
    symlinkSync(join(packageRoot, "node_modules", engine), join(global, engine));
    const main = join(stranger, "node_modules", "flowgait", "dist", "src", "cli", "main.js");
    const { code } = await run(dirname(global), process.execPath, main, "train", "CartpoleBalance", ...SHORT);
    expect(code).toBe(0);
    const config = readFileSync(join(dirname(global), "out", "config.json"), "utf8");
    expect(config).toMatch(/"engine": "onnxruntime-node 1\.\d+/);
  });

  it("writes a project only into a folder that is new or empty", async () => {
    expect(await flowgait(stranger, "init", ".")).toMatchObject({
      code: 1,
      stderr: "flowgait: .: is not empty; expected a new or empty folder\n",
    });
  });

  it("writes a project that installs with scripts on, passes the type check, trains and exports", async () => {
    const { stdout } = await flowgait(stranger, "init", "../my-robot");
    expect(stdout).toContain("npm install\n  npx flowgait train ./my-task.ts --view\n");
    expect(await npm(project, ...INSTALL)).toMatchObject({ code: 0, stderr: "" });
    expect(await npx(project, "tsc", "--skipLibCheck", "false")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await flowgait(project, "train", "./my-task.ts", ...SHORT)).toMatchObject({ code: 0 });
    expect(await pageOf(project, "play", "out")).toContain("<title>flowgait</title>");
    expect(await pageOf(project, "view", "pole.xml")).toContain("<title>flowgait</title>");
    expect(await flowgait(project, "export", "out", ...SMALL)).toMatchObject({ code: 0 });
    expect(readdirSync(join(project, "exported"))).toEqual(expect.arrayContaining(["PoleUp.onnx", "report.html"]));
  });

  it("its project holds the robot of docs/own-task.md", () => {
    const page = readFileSync(join(packageRoot, "docs", "own-task.md"), "utf8");
    for (const name of ["pole.xml", "my-task.ts"]) expect(page).toContain(readFileSync(join(project, name), "utf8"));
  });
});
