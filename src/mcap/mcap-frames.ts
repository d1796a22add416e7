/**
 * The bodies' frames once more, as protocol buffers with their own descriptor: Rerun takes transforms in that form and not as JSON.
 * Field numbers: Foxglove's FrameTransforms.proto, FrameTransform.proto, Vector3.proto and Quaternion.proto; google/protobuf/timestamp.proto.
 */
import protobuf from "protobufjs/light.js";
import type { Environment } from "../tasks/index.ts";
import type { Topic } from "./mcap-topic.ts";
import { transformsOf } from "./mcap-transforms.ts";

const { Field, Type } = protobuf;

/** A message's fields by number: [name, type, "repeated" or not]. */
type Fields = readonly (readonly [name: string, type: string, isRepeated?: boolean])[];

interface FileWords {
  readonly name: string;
  readonly package: string;
  readonly needs: readonly string[];
  readonly messages: Readonly<Record<string, Fields>>;
}

const reals = (names: string): Fields => [...names].map((name) => [name, "double"]);

const files: readonly FileWords[] = [
  {
    name: "google/protobuf/timestamp.proto",
    package: "google.protobuf",
    needs: [],
    messages: {
      Timestamp: [
        ["seconds", "int64"],
        ["nanos", "int32"],
      ],
    },
  },
  {
    name: "foxglove/FrameTransforms.proto",
    package: "foxglove",
    needs: ["google/protobuf/timestamp.proto"],
    messages: {
      Vector3: reals("xyz"),
      Quaternion: reals("xyzw"),
      FrameTransform: [
        ["timestamp", "google.protobuf.Timestamp"],
        ["parent_frame_id", "string"],
        ["child_frame_id", "string"],
        ["translation", "foxglove.Vector3"],
        ["rotation", "foxglove.Quaternion"],
      ],
      FrameTransforms: [["transforms", "foxglove.FrameTransform", true]],
    },
  },
];

/** FieldDescriptorProto.Type of what is used here; anything else is a message. */
const FIELD_TYPE: Readonly<Record<string, number>> = { double: 1, int64: 3, int32: 5, string: 9 };
const MESSAGE_TYPE = 11;
const [OPTIONAL, REPEATED] = [1, 3];

// Field numbers: google/protobuf/descriptor.proto.
const descriptorField = new Type("FieldDescriptorProto")
  .add(new Field("name", 1, "string"))
  .add(new Field("number", 3, "int32"))
  .add(new Field("label", 4, "int32"))
  .add(new Field("type", 5, "int32"))
  .add(new Field("typeName", 6, "string"));
const descriptorType = new Type("DescriptorProto")
  .add(descriptorField)
  .add(new Field("name", 1, "string"))
  .add(new Field("field", 2, "FieldDescriptorProto", "repeated"));
const descriptorFile = new Type("FileDescriptorProto")
  .add(descriptorType)
  .add(new Field("name", 1, "string"))
  .add(new Field("package", 2, "string"))
  .add(new Field("dependency", 3, "string", "repeated"))
  .add(new Field("messageType", 4, "DescriptorProto", "repeated"))
  .add(new Field("syntax", 12, "string"));
const descriptorSet = new Type("FileDescriptorSet")
  .add(descriptorFile)
  .add(new Field("file", 1, "FileDescriptorProto", "repeated"));

/** What Rerun draws. */
export function framesTopic({ sim }: Environment): Topic {
  const names = sim.names.all("body");
  const messages = messageTypes();
  return {
    topic: "/tf",
    schemaName: "foxglove.FrameTransforms",
    encoding: "protobuf",
    schema: descriptorSet.encode({ file: files.map(describeFile) }).finish(),
    isTold: "each step",
    of: ({ poses }, at) => {
      const transforms = transformsOf(names, poses, at).map(({ timestamp: { sec, nsec }, ...rest }) => {
        return { timestamp: { seconds: sec, nanos: nsec }, ...rest };
      });
      return messages.encode({ transforms }).finish();
    },
  };
}

function describeFile({ name, package: of, needs, messages }: FileWords) {
  const messageType = Object.entries(messages).map(([message, fields]) => ({
    name: message,
    field: fields.map(([field, type, isRepeated = false], k) => ({
      name: field,
      number: k + 1,
      label: isRepeated ? REPEATED : OPTIONAL,
      ...(type in FIELD_TYPE ? { type: FIELD_TYPE[type] } : { type: MESSAGE_TYPE, typeName: `.${type}` }),
    })),
  }));
  return { name, package: of, dependency: needs, messageType, syntax: "proto3" };
}

function messageTypes(): protobuf.Type {
  const root = new protobuf.Root();
  for (const { package: of, messages } of files)
    for (const [name, fields] of Object.entries(messages)) {
      const type = new Type(name);
      fields.forEach(([field, kind, isRepeated = false], k) => {
        type.add(new Field(field, k + 1, kind, isRepeated ? "repeated" : undefined));
      });
      root.define(of).add(type);
    }
  return root.lookupType("foxglove.FrameTransforms");
}
