/** The files of an export, by name. */
import { taskFileName } from "../tasks/index.ts";
import { controllerC } from "./c/c-controller.ts";
import { controllerContract } from "./contract/contract.ts";
import { deployYaml } from "./deploy-yaml.ts";
import type { ExportFormat } from "./export-choices.ts";
import { htmlPage } from "./html-page.ts";
import { controllerOnnx } from "./onnx-controller.ts";
import type { ExportSubject } from "./report/measurement.ts";
import type { KeptRows } from "./report/recording.ts";

/** The controller in the formats requested, the contract, and Unitree's deploy.yaml where it applies. @param kept go into the C source */
export async function exportFiles(
  { policy, task, taskFile, description, origin, options }: ExportSubject,
  formats: readonly ExportFormat[],
  kept: KeptRows,
): Promise<Map<string, Uint8Array | string>> {
  const files = new Map<string, Uint8Array | string>();
  const contract = controllerContract(policy, description, origin, options);
  const onnx = controllerOnnx(policy, description, origin, options);
  const fileName = taskFileName(description.name);
  if (formats.includes("onnx")) files.set(`${fileName}.onnx`, onnx);
  if (formats.includes("c")) {
    const { name, header, source } = controllerC(policy, description, origin, options, kept);
    files.set(`${name}.h`, header).set(`${name}.c`, source);
  }
  if (formats.includes("html")) files.set(`${fileName}.html`, await htmlPage(task, taskFile, onnx, contract));
  files.set("contract.json", `${JSON.stringify(contract, null, 2)}\n`);
  const deploy = deployYaml(description, options);
  if (deploy !== null) files.set("deploy.yaml", deploy);
  return files;
}
