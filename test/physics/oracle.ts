/** MuJoCo without flowgait: a module of its own, whose file system holds a whole folder of the disk under the same path. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import loadModule, { type MjModel } from "mujoco-js";

/** What came of a scene. */
export interface Verdict {
  /** Sum of qpos after 5 steps; undefined where MuJoCo refuses. */
  readonly sum?: number;
  /** MuJoCo's words, lines joined. */
  readonly words?: string;
}

export class Oracle {
  readonly #module: Awaited<ReturnType<typeof loadModule>>;
  readonly #printed: string[];
  readonly #memory: ArrayBufferLike;

  private constructor(module: Awaited<ReturnType<typeof loadModule>>, printed: string[]) {
    this.#module = module;
    this.#printed = printed;
    module.FS.writeFile(
      "/memory.xml",
      "<mujoco><worldbody><body><freejoint/><geom size='1'/></body></worldbody></mujoco>",
    );
    this.#memory = (module.MjModel.loadFromXML("/memory.xml").qpos0 as Float64Array).buffer;
  }

  /** An oracle that sees what stands in `folder` now. */
  static async of(folder: string): Promise<Oracle> {
    const printed: string[] = [];
    const keep = (line: string) => printed.push(line);
    const oracle = new Oracle(await loadModule({ print: keep, printErr: keep }), printed);
    oracle.#mount(folder);
    return oracle;
  }

  load(path: string): Verdict {
    this.#printed.length = 0;
    try {
      const model = this.#module.MjModel.loadFromXML(path) as MjModel | null;
      return model ? { sum: this.#sum(model) } : { words: oneLine(this.#printed.join("\n")) };
    } catch (error) {
      return { words: oneLine(this.#textAt((error as { excPtr: number }).excPtr)) };
    }
  }

  #sum(model: MjModel): number {
    const data = new this.#module.MjData(model);
    for (let i = 0; i < 5; i++) this.#module.mj_step(model, data);
    const sum = (data.qpos as Float64Array).reduce((a, b) => a + b, 0);
    data.delete();
    model.delete();
    return sum;
  }

  #textAt(address: number): string {
    const bytes = new Uint8Array(this.#memory);
    return new TextDecoder().decode(bytes.slice(address, bytes.indexOf(0, address)));
  }

  #mount(folder: string): void {
    const { FS } = this.#module;
    FS.mkdirTree(folder, 0o777);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.#mount(path);
      else if (entry.isSymbolicLink()) FS.symlink(readlinkSync(path), path);
      else FS.writeFile(path, readFileSync(path));
    }
  }
}

function oneLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim().replace(/^Loading error: /, ""));
  return lines
    .filter((line) => line !== "")
    .join(", ")
    .replaceAll(":, ", ": ");
}
