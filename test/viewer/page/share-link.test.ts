import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

interface SharedForm {
  readonly task: string;
  readonly preset: string;
  readonly algorithm: string | null;
  readonly settings: Readonly<Record<string, string>>;
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/page/share-link.ts", import.meta.url));
const { readShared, sharedHash } = (await import(source)) as {
  readShared(hash: string): SharedForm | null;
  sharedHash(form: SharedForm): string;
};

it("a link holds task, preset, algorithm and every changed setting", () => {
  const form = {
    task: "CartpoleBalance",
    preset: "paper",
    algorithm: "fpo++",
    settings: { seed: "3", "algorithm.policy-hidden": "8,8", "reward.balance": "1.5" },
  };
  expect(readShared(sharedHash(form))).toEqual(form);
  const plain = { ...form, algorithm: null, settings: {} };
  expect(readShared(sharedHash(plain))).toEqual(plain);
});

it("a link may name the task alone; other addresses hold no form", () => {
  const shortest = { task: "CheetahRun", preset: "laptop", algorithm: null, settings: {} };
  expect(readShared("#train=CheetahRun")).toEqual(shortest);
  for (const hash of ["", "#training", "#drive/CheetahRun"]) expect(readShared(hash)).toBeNull();
});
