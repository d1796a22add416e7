/** Policy files that keep their weights in other files of their folder. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPolicyBytes } from "../../src/catalogue/policy-bytes.ts";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { readOnnx } from "../../src/graph/index.ts";
import { Environment, registry } from "../../src/tasks/index.ts";
import { callCli } from "../cli/cli-process.ts";
import { linearPolicy, moveWeightsIntoNode, moveWeightsOut } from "../cli/linear-policy.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-weights-"));
const model = join(folder, "policy.onnx");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the model with its weights elsewhere. @returns the weights' bytes */
function write(entries: Readonly<Record<string, string>>, move = moveWeightsOut): Uint8Array {
  let weights = new Uint8Array(0);
  const bytes = linearPolicy((whole) => {
    weights = new Uint8Array(move(whole, entries));
  });
  writeFileSync(model, bytes);
  return weights;
}

function put(name: string, ...parts: Uint8Array[]): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), Buffer.concat(parts));
}

/** The values that a file gives without ONNX Runtime: what C, pages and flow paths are made from. */
const constants = (bytes: Uint8Array) =>
  readOnnx(bytes).function.nodes.flatMap((node) => (node.op === "constant" ? [...node.attributes.values] : []));

describe("weights in another file", () => {
  const expected = constants(linearPolicy());

  it("are read from the model's folder, at their place, and then lie inside", () => {
    put("policy.onnx.data", write({ location: "policy.onnx.data" }));
    expect(constants(readPolicyBytes(model))).toEqual(expected);
    expect(constants(readPolicyBytes(relative(process.cwd(), model))), "from elsewhere").toEqual(expected);
    const before = new Uint8Array(8);
    put("sub/all.bin", before, write({ location: "sub/all.bin", offset: "8", length: "20" }));
    expect(constants(readPolicyBytes(model)), "in a folder below, between others").toEqual(expected);
    put("node.bin", write({ location: "./node.bin" }, moveWeightsIntoNode));
    expect(constants(readPolicyBytes(model)), "in a node").toEqual(expected);
  });

  it("are said to be missing, short, many or outside in one line", () => {
    const refused = (entries: Readonly<Record<string, string>>) => {
      write(entries);
      return expect(() => readPolicyBytes(model, "policy.onnx"));
    };
    put("short.bin", new Uint8Array(19));
    const lies = 'policy.onnx: constant "t2" lies in';
    refused({ location: "gone.bin" }).toThrow(
      `${lies} gone.bin, which does not exist; expected it in the folder of the ONNX file`,
    );
    refused({ location: "short.bin" }).toThrow(
      `${lies} short.bin, which has 19 bytes; expected at least 20, is it whole?`,
    );
    refused({ location: "short.bin", length: "16" }).toThrow(
      'policy.onnx: constant "t2" [5,1] has 16 bytes in short.bin, expected 20',
    );
    refused({ location: "short.bin", offset: "-4" }).toThrow(
      'policy.onnx: constant "t2" in short.bin has offset "-4", expected a number of bytes',
    );
    refused({ location: "." }).toThrow(`${lies} ., which is not a file; expected a file with its values`);
    refused({}).toThrow('policy.onnx: constant "t2" lies in another file without a name, expected its location');
    for (const location of ["../w.bin", "sub/../../w.bin", "/etc/passwd", "C:\\w.bin", "\\\\host\\w.bin", "..\\w.bin"])
      refused({ location }).toThrow(`${lies} ${location}, expected a file in the folder of the ONNX file`);
  });

  it("are followed by links within the folder, or where the model is a link itself, but no link out of it", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "flowgait-weights-"));
    try {
      const weights = write({ location: "linked.bin" });
      put("real.bin", weights);
      symlinkSync("real.bin", join(folder, "linked.bin"));
      expect(constants(readPolicyBytes(model))).toEqual(expected);
      const shared = join(elsewhere, "shared.onnx");
      symlinkSync(model, shared);
      symlinkSync(join(folder, "real.bin"), join(elsewhere, "linked.bin"));
      expect(constants(readPolicyBytes(shared))).toEqual(expected);
      writeFileSync(join(elsewhere, "other.bin"), weights);
      symlinkSync(join(elsewhere, "other.bin"), join(folder, "out.bin"));
      write({ location: "out.bin" });
      expect(() => readPolicyBytes(model)).toThrow("out.bin, which links to another folder; expected a file in");
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});

describe("a policy with its weights in another file", () => {
  const place = ["--task", "CartpoleBalance"];
  const brief = ["--episodes", "1", "--workers", "1", "--json"];
  let plain = "";

  beforeAll(() => {
    put("policy.onnx.data", write({ location: "policy.onnx.data" }));
    plain = join(folder, "PLAIN.ONNX");
    writeFileSync(plain, linearPolicy());
  });

  it("is evaluated and examined like the same policy in one file, whose name may end in capitals", async () => {
    const [whole, parted] = [
      await callCli("eval", plain, ...place, ...brief),
      await callCli("eval", model, ...place, ...brief),
    ];
    expect(whole.code, whole.stderr).toBe(0);
    const { policy: _, ...measured } = JSON.parse(parted.stdout);
    expect(JSON.parse(whole.stdout)).toEqual({ policy: plain, ...measured });
    const flags = ["--episodes", "1", "--seconds", "0.1", "--no-table", "--page", join(folder, "page.html"), "--json"];
    const examined = await callCli("doctor", model, ...place, ...flags);
    expect(JSON.parse(examined.stdout).nominal.survived, examined.stderr).toBe(1);
  });

  it("carries all its weights when it goes to threads", async () => {
    const env = await Environment.create(registry.get("CartpoleBalance"));
    try {
      const policy = await (await findPolicy(model)).bind(env);
      expect(policy.kind === "file" && constants(policy.bytes)).toEqual(constants(linearPolicy()));
    } finally {
      env.delete();
    }
  });

  it("is exported in one file, and refused by all commands where a part is missing", async () => {
    const out = join(folder, "out");
    const short = "--rows 50 --calls 10 --physics none".split(" ");
    const { code, stderr } = await callCli("export", model, ...place, "--out", out, ...brief, ...short);
    expect(code, stderr).toBe(0);
    const exported = readFileSync(join(out, "CartpoleBalance.onnx"));
    expect(constants(exported)).toEqual(expect.arrayContaining(constants(linearPolicy())));
    rmSync(join(folder, "policy.onnx.data"));
    for (const command of ["eval", "play", "doctor", "export"])
      expect(await callCli(command, model, ...place), command).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(/^flowgait: [^\n]*which does not exist; expected it in the folder[^\n]*\n$/),
      });
  });
});

it("a folder whose name ends like a policy's is said to be one", async () => {
  const path = join(folder, "folder.onnx");
  mkdirSync(path);
  expect(await callCli("eval", path)).toMatchObject({
    code: 1,
    stderr: `flowgait: ${path}: is a folder, expected a controller\n`,
  });
});
