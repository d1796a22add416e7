import { describe, expect, it } from "vitest";
import {
  add,
  BATCH,
  clamp,
  concat,
  constant,
  createOrtEngine,
  gradients,
  graphFunction,
  input,
  interpret,
  matmul,
  mean,
  mul,
  OPS,
  READABLE_OPSETS,
  readOnnx,
  silu,
  square,
  tanh,
  writeOnnx,
} from "../../src/graph/index.ts";
import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  decodeModel,
  encodeModel,
  type ModelProto,
  type NodeProto,
} from "../../src/graph/onnx/schema.ts";
import { UserError } from "../../src/math/user-error.ts";
import { buildCase, caseFeeds, OP_CASES, relativeDifference, spread } from "./op-cases.ts";

const metadata = { joint_names: "hip,knee", flowgait: '{"task":"Test","größe":1}' };

/** A two-layer controller with its weights inside. */
function controller() {
  const obs = input("obs", [BATCH, 3]);
  const noise = input("noise", [BATCH, 2]);
  const normalised = clamp(mul(add(obs, constant([0.1, 0.2, -0.3])), constant([1, 2, 0.5])), -5, 5);
  const hidden = silu(
    add(matmul(concat([normalised, noise], 1), constant(spread(20, [-1, 1]), [5, 4])), constant([0, 0.1, 0.2, 0.3])),
  );
  return graphFunction(
    "controller",
    { actions: tanh(matmul(hidden, constant(spread(8, [-1, 1]), [4, 2]))) },
    { inputOrder: ["obs", "noise"] },
  );
}

const feeds = { obs: spread(6, [-1, 1]), noise: spread(4, [-1, 1], 3) };

describe("onnx files", () => {
  it.each(OPS)("keep %s through writing and reading", (op) => {
    for (const opCase of OP_CASES[op]) {
      const fn = graphFunction(op, { y: buildCase(opCase).result });
      const read = readOnnx(writeOnnx(fn)).function;
      const values = caseFeeds(opCase);
      expect(relativeDifference(interpret(read, values).y, interpret(fn, values).y)).toBeLessThan(1e-6);
    }
  });

  it("hold a controller with its symbolic batch, input order and metadata", async () => {
    const fn = controller();
    const file = readOnnx(writeOnnx(fn, { metadata, producerVersion: "1.2.3" }));
    expect(file.metadata).toEqual(metadata);
    expect(file.function.inputs.map((node) => [node.op === "input" && node.attributes.name, node.shape])).toEqual([
      ["obs", [BATCH, 3]],
      ["noise", [BATCH, 2]],
    ]);
    const executable = await createOrtEngine().compile(file.function);
    const { actions } = await executable.run(feeds);
    expect(relativeDifference(actions, interpret(fn, feeds).actions)).toBeLessThan(1e-6);
  });

  it("use standard operators unless written for ONNX Runtime", () => {
    const domains = (tuned: boolean) =>
      decodeModel(writeOnnx(controller(), { tuned })).opsetImport.map(({ domain }) => domain ?? "");
    expect(domains(false)).toEqual([""]);
    expect(domains(true)).toEqual(["", "com.microsoft"]);
    const read = readOnnx(writeOnnx(controller(), { tuned: true })).function;
    expect(relativeDifference(interpret(read, feeds).actions, interpret(controller(), feeds).actions)).toBeLessThan(
      1e-12,
    );
  });

  it("are the same bytes for the same build", () => {
    const training = () => {
      const [x, w1, b1, w2] = [input("x", [8, 3]), input("w1", [3, 4]), input("b1", [4]), input("w2", [4, 1])];
      const loss = mean(square(matmul(silu(add(matmul(x, w1), b1)), w2)));
      const [d1, d2, d3] = gradients(loss, [w1, b1, w2]);
      return writeOnnx(graphFunction("training", { loss, d1, d2, d3 }), { metadata });
    };
    expect(training()).toEqual(training());
  });

  it("refuse an output named like an input", () => {
    const x = input("x", [2]);
    expect(() => writeOnnx(graphFunction("f", { x: mul(x, 2) }))).toThrow(
      'f: output names must differ from input names, got "x" for both',
    );
  });
});

describe("broken onnx files", () => {
  const bytes = writeOnnx(controller());

  it("are refused wherever they are cut", () => {
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => readOnnx(bytes.subarray(0, length), "cut.onnx")).toThrow(UserError);
    expect(() => readOnnx(bytes.subarray(0, 100), "cut.onnx")).toThrow(
      /^cut\.onnx: 100 bytes must be a whole ONNX file/,
    );
  });

  const changed = (change: (model: ModelProto) => void) => {
    const model = decodeModel(bytes);
    change(model);
    return () => readOnnx(encodeModel(model), "policy.onnx");
  };
  const node = (opType: string, inputs: string[], output: string, rest: Partial<NodeProto> = {}): NodeProto => ({
    input: inputs,
    output: [output],
    name: output,
    opType,
    attribute: [],
    ...rest,
  });

  it("are refused with the reason", () => {
    expect(
      changed((m) => {
        m.opsetImport[0].version = READABLE_OPSETS.newest + 1;
      }),
    ).toThrow("policy.onnx: opset must lie between 7 and 23, got 24");
    expect(
      changed((m) => {
        m.graph!.node[0].opType = "LSTM";
      }),
    ).toThrow("policy.onnx: operator LSTM is not supported");
    expect(
      changed((m) => {
        m.graph!.node[0].domain = "ai.onnx.ml";
      }),
    ).toThrow(/^policy\.onnx: operator ai\.onnx\.ml\.\w+ is not supported$/);
    expect(
      changed((m) => {
        m.graph!.node[0].input[0] = "ghost";
      }),
    ).toThrow('reads "ghost", which nothing computes');
    expect(
      changed((m) => {
        m.graph!.output[0].name = "ghost";
      }),
    ).toThrow('policy.onnx: output "ghost" must be a computed float32 tensor');
    expect(
      changed((m) => {
        m.graph!.initializer.find(({ dims }) => dims[0] === 3)!.rawData = new Uint8Array(4);
      }),
    ).toThrow(/must have 3 values, got 1$/);
    expect(
      changed((m) => {
        m.graph!.initializer[0].dataLocation = 1;
      }),
    ).toThrow("must lie in the file itself");
    expect(
      changed((m) => {
        m.graph!.initializer[0].dataType = 10;
      }),
    ).toThrow("must be float32, float64, int32 or int64, got data type 10");
    expect(
      changed((m) => {
        m.graph!.input[0].type!.tensorType!.elemType = 11;
      }),
    ).toThrow('input "obs" must be float32 or int64, got data type 11');
    expect(
      changed((m) => {
        m.graph!.input[0].type!.tensorType!.shape!.dim[1] = { dimParam: "n" };
      }),
    ).toThrow('must have known sizes after the first, got "n"');
    expect(
      changed((m) => {
        m.graph!.input[0].type!.tensorType!.shape!.dim[1] = { dimValue: 4 };
      }),
    ).toThrow("policy.onnx: Add: add: shapes must broadcast, got [batch, 4] and [3]");
  });

  it("do not keep other programs' perceptrons out", () => {
    const floats = (name: string, dims: number[], values: number[]) => ({
      name,
      dims,
      dataType: DATA_TYPE.float32,
      floatData: values,
    });
    const integers = (name: string, values: number[]) => ({
      name,
      dims: [values.length],
      dataType: DATA_TYPE.int64,
      int64Data: values,
    });
    const int = (name: string, i: number) => ({ name, type: ATTRIBUTE_TYPE.int, i });
    const float = (name: string, f: number) => ({ name, type: ATTRIBUTE_TYPE.float, f });
    const model = decodeModel(bytes);
    model.opsetImport = [{ domain: "", version: 11 }];
    model.graph = {
      name: "main_graph",
      input: [
        {
          name: "obs",
          type: { tensorType: { elemType: DATA_TYPE.float32, shape: { dim: [{ dimParam: "N" }, { dimValue: 2 }] } } },
        },
      ],
      output: [{ name: "actions" }],
      initializer: [
        floats("w", [3, 2], [1, 2, 3, 4, 5, 6]),
        floats("b", [3], [0.1, 0.2, 0.3]),
        floats("v", [3, 1], [1, -1, 1]),
        integers("shape", [-1, 3]),
        integers("axis", [1]),
      ],
      node: [
        node("Constant", [], "mean", {
          attribute: [{ name: "value", type: ATTRIBUTE_TYPE.tensor, t: floats("", [1, 2], [0.5, 0.5]) }],
        }),
        node("Sub", ["obs", "mean"], "centred"),
        node("Gemm", ["centred", "w", "b"], "first", {
          attribute: [int("transB", 1), float("alpha", 0.5), float("beta", 2)],
        }),
        node("Elu", ["first"], "elu", { attribute: [float("alpha", 0.5)] }),
        node("Unsqueeze", ["elu"], "wide", { attribute: [{ name: "axes", type: ATTRIBUTE_TYPE.ints, ints: [1] }] }),
        node("Reshape", ["wide", "shape"], "flat"),
        node("Dropout", ["flat"], "same"),
        node("MatMul", ["same", "v"], "second"),
        node("Clip", ["second"], "limited", { attribute: [float("min", -1), float("max", 10)] }),
        node("Squeeze", ["limited"], "actions", {
          attribute: [{ name: "axes", type: ATTRIBUTE_TYPE.ints, ints: [1] }],
        }),
      ],
    };
    const { actions } = interpret(readOnnx(encodeModel(model)).function, { obs: [1.5, 2.5, -0.5, 0.5] });
    // Row 1 is centred to (1, 2): products 5, 11, 17; halved, plus twice the bias: 2.7, 5.9, 9.1; 2.7 − 5.9 + 9.1.
    expect(actions[0]).toBeCloseTo(5.9, 5);
    // Row 2 is centred to (−1, 0): products −1, −3, −5; first = −0.3, −1.1, −1.9; elu = 0.5·(exp − 1).
    const elu = (x: number) => 0.5 * (Math.exp(x) - 1);
    expect(actions[1]).toBeCloseTo(elu(-0.3) - elu(-1.1) + elu(-1.9), 5);
  });
});
