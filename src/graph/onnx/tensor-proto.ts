// Reads the constants of an ONNX file: floats as constant tensors, integers as lists.
import { sizeOf } from "../shape.ts";
import { constant } from "../tensor.ts";
import type { Operand } from "./node-view.ts";
import { DATA_TYPE, type TensorProto } from "./schema.ts";

type Fail = (message: string) => Error;

const BYTES: Readonly<Record<number, number>> = {
  [DATA_TYPE.float32]: 4,
  [DATA_TYPE.float64]: 8,
  [DATA_TYPE.int32]: 4,
  [DATA_TYPE.int64]: 8,
};

function rawValues(bytes: Uint8Array, dataType: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = BYTES[dataType];
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) => {
    if (dataType === DATA_TYPE.float32) return view.getFloat32(width * i, true);
    if (dataType === DATA_TYPE.float64) return view.getFloat64(width * i, true);
    return dataType === DATA_TYPE.int32 ? view.getInt32(width * i, true) : Number(view.getBigInt64(width * i, true));
  });
}

function listedValues(proto: TensorProto): number[] {
  const lists = [proto.floatData, proto.doubleData, proto.int32Data, proto.int64Data];
  return lists.find((list) => list && list.length > 0) ?? [];
}

/**
 * The constant's value.
 * @param fail makes the error for what cannot be read: external files, other types, values missing.
 */
export function readTensor(proto: TensorProto, fail: Fail): Operand {
  const { name = "", dataType, dims, rawData } = proto;
  if (proto.dataLocation === 1)
    throw fail(`constant "${name}" must lie in the file itself, got a reference to another file`);
  if (!(dataType in BYTES))
    throw fail(`constant "${name}" must be float32, float64, int32 or int64, got data type ${dataType}`);
  const values = rawData && rawData.length > 0 ? rawValues(rawData, dataType) : listedValues(proto);
  const size = sizeOf(dims);
  if (values.length !== size) throw fail(`constant "${name}" [${dims}] must have ${size} values, got ${values.length}`);
  const float = dataType === DATA_TYPE.float32 || dataType === DATA_TYPE.float64;
  return float ? constant(Float32Array.from(values), dims) : { integers: values, dims };
}
