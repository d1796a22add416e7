/** Writes a run's manifest: who computes from which state, and then every report. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { readError } from "../files/atomic-file.ts";
import { packageHash } from "../files/package-hash.ts";
import { packageVersion } from "../files/version.ts";
import { arithmeticHash } from "../queue/arithmetic.ts";
import { ManifestWriter, type StartRecord, sha256 } from "../runs/manifest.ts";
import { COPIES } from "../runs/own-files.ts";
import { runPaths } from "../runs/run-folder.ts";
import type { Assembly } from "../train/assembly.ts";
import { stateHashes } from "../train/iteration-hashes.ts";

/** Who computes: the package, and the processor's arithmetic. */
export type Computer = Pick<StartRecord, "packageVersion" | "package" | "arithmetic">;

/** This package on this processor. */
export async function computerOf({ engine, setup }: Pick<Assembly, "engine" | "setup">): Promise<Computer> {
  const [built, arithmetic] = [packageHash(), await arithmeticHash(engine, setup.training!)];
  return { packageVersion: packageVersion(), package: built, arithmetic };
}

/** Records one run. */
export class RunRecorder {
  /** For the sink of metrics.jsonl, which closes it. */
  readonly manifest: ManifestWriter;
  readonly #folder: string;
  #begun: { readonly computer: Computer; readonly parts: Assembly["parts"] } | null = null;

  /** @throws UserError when the manifest cannot be written */
  constructor(folder: string) {
    this.#folder = folder;
    this.manifest = new ManifestWriter(runPaths(folder).manifest);
  }

  /** Records that the run begins or resumes from the assembly's state. */
  async begin(assembly: Assembly): Promise<void> {
    this.#begun = { computer: await computerOf(assembly), parts: assembly.parts };
    await this.#record(this.manifest, this.#folder);
  }

  /** Records in a copy of the run, whose config.json is another, that it begins from the present state. */
  async beginCopy(folder: string): Promise<void> {
    const manifest = new ManifestWriter(runPaths(folder).manifest);
    await this.#record(manifest, folder);
    manifest.close();
  }

  async #record(manifest: ManifestWriter, folder: string): Promise<void> {
    const { computer, parts } = this.#begun!;
    const { iteration, clock } = parts.loop;
    const text = await readConfigText(folder);
    const config: unknown = JSON.parse(text);
    const files = await copyHashes(folder);
    const about = { iteration, steps: clock.envSteps, state: stateHashes(parts), configSha256: sha256(text), config };
    manifest.begin({ ...computer, ...about, files });
  }
}

/** config.json as it is. Throws UserError when it cannot be read. */
export async function readConfigText(folder: string): Promise<string> {
  const path = runPaths(folder).config;
  return readFile(path, "utf8").catch((error: unknown) => {
    throw readError(path, error, "the config.json of a run folder");
  });
}

/** Hashes of the files that a run has copied of the user's own, by path in its folder. */
export async function copyHashes(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of COPIES) {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((found) => found.isFile())) {
      const path = join(entry.parentPath, entry.name);
      hashes[relative(folder, path).split(sep).join("/")] = sha256(await readFile(path));
    }
  }
  return hashes;
}
