/**
 * One compiled scene and one simulated state of it. Holds the WebAssembly objects, the views onto them and the lookups by name.
 * Knows nothing of tasks. `delete()` must be called: the memory is not garbage collected.
 */
import { isAbsolute } from "node:path";
import type { MjData, MjModel } from "mujoco-js";
import { UserError } from "../math/user-error.ts";
import { DataViews } from "./data-views.ts";
import { compileModel, compilePlainModel, loadMujoco, type MujocoModule, physicsError } from "./engine.ts";
import { isFile } from "./host-disk.ts";
import type { Looks } from "./looks/looks.ts";
import { type ModelFields, modelFields } from "./model/model-fields.ts";
import { type ElementKind, ModelNames } from "./model/model-names.ts";
import type { PhysicsError } from "./physics-error.ts";
import { StateLayout } from "./state-layout.ts";
import { WarningWatch, warningWords } from "./warnings.ts";
import type { EngineName } from "./wasm/engine-name.ts";

/** Beyond this magnitude MuJoCo calls a coordinate bad. */
const LARGEST_COORDINATE = 1e10;

/** Where a named sensor's values stand in `sensordata`. */
export interface SensorAddress {
  readonly address: number;
  readonly size: number;
}

/** Where a named joint's coordinates stand. */
export interface JointAddress {
  readonly id: number;
  readonly qposAddress: number;
  readonly dofAddress: number;
  /** rad or m; [-Infinity, Infinity] where the joint has no limits */
  readonly range: readonly [number, number];
  readonly type: "free" | "ball" | "slide" | "hinge";
}

/** A height field's samples. */
export interface HeightFieldData {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] heights as parts of the field's own, in [0, 1], row by row from −y to +y; a live view */
  readonly data: Float32Array;
}

const JOINT_TYPES = ["free", "ball", "slide", "hinge"] as const;

/** A compiled scene with one state. Made by `Simulation.load`. */
export class Simulation extends DataViews {
  /** The scene's path on disk. */
  readonly scene: string;
  readonly names: ModelNames;
  readonly nq: number;
  readonly nv: number;
  readonly nu: number;
  readonly na: number;
  readonly nbody: number;
  readonly ngeom: number;
  readonly nmocap: number;
  /** Vertices of all flexes. */
  readonly nflexvert: number;
  readonly nsensordata: number;
  /** Number of values of the integration state. */
  readonly stateSize: number;
  /** Live views of the model's randomisable fields; retaken when memory grows. */
  modelFields: ModelFields;
  readonly #module: MujocoModule;
  readonly #model: MjModel;
  readonly #data: MjData;
  readonly #listeners: (() => void)[] = [];
  /** One bit per kind of warning that MuJoCo gave in steps since somebody set it to 0; see `warningWords`. */
  warned = 0;
  readonly #warnings: WarningWatch;
  #layout: StateLayout;
  #looks: Looks | undefined;
  /** [nu] 1 where a range limits the control */
  readonly #controlLimited: Uint8Array;
  #deleted = false;

  private constructor(module: MujocoModule, model: MjModel, scene: string, engine?: EngineName) {
    super();
    this.#warnings = new WarningWatch(engine);
    this.scene = scene;
    this.#module = module;
    this.#model = model;
    // A state that went bad must stay bad until its environment is reset, instead of jumping back to the start unseen.
    model.opt.disableflags |= module.mjtDisableBit.mjDSBL_AUTORESET.value;
    this.#data = this.#makeData();
    this.names = new ModelNames(model, scene);
    ({ nq: this.nq, nv: this.nv, nu: this.nu, na: this.na, nbody: this.nbody, ngeom: this.ngeom } = model);
    this.nmocap = model.nmocap;
    this.nflexvert = model.nflexvert;
    this.nsensordata = model.nsensordata;
    this.#controlLimited = (model.actuator_ctrllimited as Uint8Array).slice();
    this.modelFields = modelFields(model);
    this.takeDataViews(this.#data);
    this.#layout = new StateLayout(this);
    this.stateSize = this.#layout.size;
  }

  /**
   * Compiles the MJCF or URDF file at an absolute path, with everything it includes, attaches or loads.
   * @param looks false discards what is only drawn, names too; states and steps stay the same bits, and a step takes less time
   * @param engine another build of MuJoCo in place of the package's own
   * @throws UserError when the file is missing or MuJoCo rejects it (with MuJoCo's message and line), or the build is not installed
   */
  static async load(
    scenePath: string,
    { looks = true, engine }: { readonly looks?: boolean; readonly engine?: EngineName } = {},
  ): Promise<Simulation> {
    if (!isAbsolute(scenePath)) throw new Error(`simulation: the scene's path must be absolute, got ${scenePath}`);
    const module = await loadMujoco(engine);
    if (!isFile(scenePath)) throw new UserError(`scene: ${scenePath} does not exist`);
    const model = await (looks ? compileModel(scenePath, {}, engine) : compilePlainModel(scenePath, engine));
    return new Simulation(module, model, scenePath, engine);
  }

  #makeData(): MjData {
    try {
      return new this.#module.MjData(this.#model);
    } catch (error) {
      const failure = physicsError(this.#module, error, this.scene, Number(this.#model.narena));
      this.#model.delete();
      throw failure;
    }
  }

  /**
   * The module's model, for code of this folder that reads fields once; never kept.
   * @internal so that the published types do without those of the module, which tsc's default settings refuse
   */
  get model(): MjModel {
    return this.#model;
  }

  /** @internal The module's data, for code of this folder and for tests. */
  get data(): MjData {
    return this.#data;
  }

  /** Retakes all views if the memory has grown since they were taken. Call once per control step, before reading. */
  refresh(): void {
    // `clock` always has one element, so a length of 0 means that it is detached.
    if (this.clock.length === 0) this.#retakeViews();
  }

  /** Of one physics step, s; as the scene says unless set. */
  get timestep(): number {
    return this.#model.opt.timestep;
  }

  set timestep(seconds: number) {
    this.#model.opt.timestep = seconds;
  }

  /** Runs `take` now and whenever views have to be retaken: for code that keeps parts (`subarray`) of them. */
  onViews(take: () => void): void {
    this.#listeners.push(take);
    take();
  }

  /** An object of views made by `make`, whose fields are replaced whenever views have to be retaken. */
  views<T extends object>(make: () => T): T {
    const kept = make();
    this.#listeners.push(() => Object.assign(kept, make()));
    return kept;
  }

  #retakeViews(): void {
    this.modelFields = modelFields(this.#model);
    this.takeDataViews(this.#data);
    this.#layout = new StateLayout(this);
    for (const take of this.#listeners) take();
  }

  /**
   * Advances by `substeps` physics steps. Derived quantities and sensors then belong to the start of the last one, as in mj_step.
   * @throws PhysicsError when MuJoCo raises an error; the state is the model's initial one then
   */
  step(substeps: number): void {
    const module = this.#module;
    try {
      for (let i = 0; i < substeps; i++) module.mj_step(this.#model, this.#data);
    } catch (error) {
      throw this.#failed(error);
    }
    this.warned |= this.#warnings.look(this.#data);
    this.refresh();
  }

  /** Computes all derived quantities and sensors of the present state. @throws PhysicsError as `step` does */
  forward(): void {
    try {
      this.#module.mj_forward(this.#model, this.#data);
    } catch (error) {
      throw this.#failed(error);
    }
    this.#warnings.look(this.#data); // no step's
    this.refresh();
  }

  /** Computes where bodies are and how they move in the present state, and nothing else. */
  kinematics(): void {
    const module = this.#module;
    module.mj_kinematics(this.#model, this.#data);
    module.mj_comPos(this.#model, this.#data);
    module.mj_comVel(this.#model, this.#data);
  }

  /** Gives back what MuJoCo had claimed of the model's memory when it stopped halfway. */
  #failed(error: unknown): PhysicsError {
    const failure = physicsError(this.#module, error, this.scene, Number(this.#model.narena));
    if (failure.recoverable) this.resetToInitial();
    this.refresh();
    return failure;
  }

  /** Sets the model's initial state (qpos0, nothing moving). */
  resetToInitial(): void {
    this.#module.mj_resetData(this.#model, this.#data);
    this.#warnings.reset();
  }

  /** Sets a keyframe's state. @throws UserError when the scene has no keyframe of that name */
  resetToKeyframe(keyframe: string | number): void {
    const id = typeof keyframe === "number" ? keyframe : this.id("keyframe", keyframe);
    this.#module.mj_resetDataKeyframe(this.#model, this.#data, id);
    this.#warnings.reset();
  }

  /** What a kind of warning says, and what to try. @param kind the number of its bit in `warned` */
  warningWords(kind: number): string {
    return warningWords(kind, Number(this.#model.narena));
  }

  /** Writes the integration state into `out` at `offset`: `stateSize` values, equal bit for bit to mj_getState's. */
  readState(out: Float64Array, offset: number): void {
    this.#layout.read(out, offset);
  }

  /** Takes the integration state from `source` at `offset`. Derived quantities keep their old values until the next step. */
  writeState(source: Float64Array, offset: number): void {
    this.#layout.write(source, offset);
  }

  /** Whether a coordinate or velocity is not finite or beyond 1e10. */
  hasNaN(): boolean {
    return hasBadValue(this.qpos) || hasBadValue(this.qvel);
  }

  /**
   * The first actuator for whose control MuJoCo would take all controls for 0: it is NaN, or beyond 1e10 where no range limits it; −1 where there is
   * none.
   */
  badControl(): number {
    const { ctrl } = this;
    for (let i = 0; i < ctrl.length; i++) {
      const isGood = this.#controlLimited[i] ? !Number.isNaN(ctrl[i]) : Math.abs(ctrl[i]) <= LARGEST_COORDINATE;
      if (!isGood) return i;
    }
    return -1;
  }

  /** Applies a world force (N) and torque (N·m) at a body's centre of mass in every following step until changed. */
  applyForce(body: number, force: ArrayLike<number>, torque: ArrayLike<number> = [0, 0, 0]): void {
    for (let i = 0; i < 3; i++) {
      this.xfrcApplied[6 * body + i] = force[i];
      this.xfrcApplied[6 * body + 3 + i] = torque[i];
    }
  }

  /** Removes all external forces. */
  clearForces(): void {
    this.xfrcApplied.fill(0);
    this.qfrcApplied.fill(0);
  }

  /** @returns the id of a named element @throws UserError that lists near names */
  id(kind: ElementKind, name: string): number {
    return this.names.id(kind, name);
  }

  bodyId(name: string): number {
    return this.names.id("body", name);
  }

  jointId(name: string): number {
    return this.names.id("joint", name);
  }

  siteId(name: string): number {
    return this.names.id("site", name);
  }

  geomId(name: string): number {
    return this.names.id("geom", name);
  }

  actuatorId(name: string): number {
    return this.names.id("actuator", name);
  }

  sensorId(name: string): number {
    return this.names.id("sensor", name);
  }

  keyframeId(name: string): number {
    return this.names.id("keyframe", name);
  }

  /** Where a sensor's values stand. @throws UserError that lists near names */
  sensor(name: string): SensorAddress {
    const id = this.sensorId(name);
    return { address: (this.#model.sensor_adr as Int32Array)[id], size: (this.#model.sensor_dim as Int32Array)[id] };
  }

  /** Where a joint's coordinates stand and how far it moves. @throws UserError that lists near names */
  joint(name: string): JointAddress {
    const id = this.jointId(name);
    const model = this.#model;
    const limits = model.jnt_range as Float64Array;
    return {
      id,
      qposAddress: (model.jnt_qposadr as Int32Array)[id],
      dofAddress: (model.jnt_dofadr as Int32Array)[id],
      range: (model.jnt_limited as Uint8Array)[id] ? [limits[2 * id], limits[2 * id + 1]] : [-Infinity, Infinity],
      type: JOINT_TYPES[(model.jnt_type as Int32Array)[id]],
    };
  }

  /** Each body's parent, [nbody]; the world is its own. */
  bodyParents(): number[] {
    return [...(this.#model.body_parentid as Int32Array)];
  }

  /** The joint that each actuator drives, in actuator order. @throws UserError when one drives something else */
  actuatorJoints(): string[] {
    const targets = this.#model.actuator_trnid as Int32Array;
    const kinds = this.#model.actuator_trntype as Int32Array;
    const joint = this.#module.mjtTrn.mjTRN_JOINT.value;
    return this.names.all("actuator").map((name, id) => {
      if (kinds[id] === joint) return this.names.all("joint")[targets[2 * id]];
      throw new UserError(`scene ${this.scene}: actuator "${name}" drives no joint`);
    });
  }

  /** What an actuator's control, or the filter that follows it, is limited to; null without limits. */
  controlRange(actuator: number): readonly [number, number] | null {
    const { opt, actuator_ctrllimited, actuator_actlimited, actuator_ctrlrange, actuator_actrange } = this.#model;
    const { mjtDyn, mjtDisableBit } = this.#module;
    const isClamped = (opt.disableflags & mjtDisableBit.mjDSBL_CLAMPCTRL.value) === 0;
    const dynamics = this.#model.actuator_dyntype[actuator];
    const isFiltered = [mjtDyn.mjDYN_FILTER.value, mjtDyn.mjDYN_FILTEREXACT.value].includes(dynamics);
    const ranges = [
      ...(isClamped && actuator_ctrllimited[actuator] ? [actuator_ctrlrange] : []),
      ...(isFiltered && actuator_actlimited[actuator] ? [actuator_actrange] : []),
    ];
    if (ranges.length === 0) return null;
    const ends = (side: 0 | 1) => ranges.map((values) => values[2 * actuator + side]);
    return [Math.max(...ends(0)), Math.min(...ends(1))];
  }

  /** How messages call an actuator. */
  actuatorWords(actuator: number): string {
    const name = this.names.all("actuator")[actuator];
    return name === "" ? `actuator ${actuator} (it has no name)` : `actuator "${name}"`;
  }

  /** The joints that actuators drive, once each, in actuator order; actuators of anything else are omitted. */
  drivenJoints(): string[] {
    const targets = this.#model.actuator_trnid as Int32Array;
    const kinds = this.#model.actuator_trntype as Int32Array;
    const joint = this.#module.mjtTrn.mjTRN_JOINT.value;
    const driven = [...kinds.keys()].filter((id) => kinds[id] === joint);
    return [...new Set(driven.map((id) => this.names.all("joint")[targets[2 * id]]))];
  }

  /** A height field's samples, to be read or written at once. @throws UserError that lists near names */
  heightField(name: string): HeightFieldData {
    const id = this.id("hfield", name);
    const model = this.#model;
    const rows = (model.hfield_nrow as Int32Array)[id];
    const columns = (model.hfield_ncol as Int32Array)[id];
    const start = (model.hfield_adr as Int32Array)[id];
    return { rows, columns, data: (model.hfield_data as Float32Array).subarray(start, start + rows * columns) };
  }

  /** A keyframe's coordinates, a copy of [nq]. @throws UserError when there is no such keyframe */
  keyframeQpos(name: string): Float64Array {
    const id = this.keyframeId(name);
    return (this.#model.key_qpos as Float64Array).slice(id * this.nq, (id + 1) * this.nq);
  }

  /** A keyframe's controls, a copy of [nu]; zeros where it gives none. @throws UserError when there is no such keyframe */
  keyframeControls(name: string): Float64Array {
    const id = this.keyframeId(name);
    return (this.#model.key_ctrl as Float64Array).slice(id * this.nu, (id + 1) * this.nu);
  }

  /** What is drawn of the robot in place of the scene's own shapes; undefined where those are drawn. */
  get looks(): Looks | undefined {
    return this.#looks;
  }

  /** Lets the robot be drawn as a description says, which belongs to this simulation from now on. */
  wear(looks: Looks): void {
    this.#looks = looks;
  }

  /** Computes what the compiler derives from masses and places, after the model was changed; then sets its initial state. */
  recompute(): void {
    try {
      this.#module.mj_setConst(this.#model, this.#data);
    } catch (error) {
      throw this.#failed(error);
    }
    this.resetToInitial();
  }

  /** Frees the WebAssembly objects; the simulation must not be used afterwards. Calling it again does nothing. */
  delete(): void {
    if (this.#deleted) return;
    this.#deleted = true;
    this.#looks?.description.delete();
    this.#data.delete();
    this.#model.delete();
  }
}

function hasBadValue(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) {
    // NaN fails every comparison.
    if (!(Math.abs(values[i]) <= LARGEST_COORDINATE)) return true;
  }
  return false;
}
