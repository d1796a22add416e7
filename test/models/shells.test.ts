import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";

const MODELS = join(packageRoot, "models");
const assetsOf = (robot: string) => join(MODELS, robot, "assets");
/** Robots whose looks are lofted shells. */
const ROBOTS = readdirSync(MODELS).filter((name) => existsSync(join(assetsOf(name), "shells.mjs")));

const { objText } = await import(pathToFileURL(join(MODELS, "loft.mjs")).href);

describe.each(ROBOTS)("the shells of %s", (robot) => {
  it("are the ones that its list says, and all of them", async () => {
    const { SHELLS } = await import(pathToFileURL(join(assetsOf(robot), "shells.mjs")).href);
    const files = readdirSync(assetsOf(robot)).filter((file) => file.endsWith(".obj"));
    expect(files.map((file) => file.replace(".obj", "")).sort()).toEqual(Object.keys(SHELLS).sort());
    const stale = Object.keys(SHELLS).filter(
      (name) => readFileSync(join(assetsOf(robot), `${name}.obj`), "utf8") !== objText(name, SHELLS[name]),
    );
    expect(stale).toEqual([]);
  });
});
