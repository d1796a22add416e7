/**
 * Typed views onto one simulation's state inside the WebAssembly memory. A property of the bindings builds a new view at each access (about 0.2 µs);
 * these are built once and read for free. When the memory grows all views detach (length 0) and must be taken again.
 */
import type { MjData } from "mujoco-js";

const EMPTY = new Float64Array(0);

/** Views of `mjData`; every field is a live view, valid until the next `refresh`. Write into them, never assign them. */
export abstract class DataViews {
  /** [1] simulated time, s */
  clock = EMPTY;
  /** [nq] */
  qpos = EMPTY;
  /** [nv] */
  qvel = EMPTY;
  /** [na] */
  act = EMPTY;
  /** [nu] */
  ctrl = EMPTY;
  /** [nv] */
  qacc = EMPTY;
  /** [nv] */
  qaccWarmstart = EMPTY;
  /** [nv] generalised forces applied from outside */
  qfrcApplied = EMPTY;
  /** [nbody, 6] world force and torque applied from outside at each body's centre of mass */
  xfrcApplied = EMPTY;
  /** [neq] 0 or 1 */
  eqActive = new Uint8Array(0);
  /** [nmocap, 3] */
  mocapPos = EMPTY;
  /** [nmocap, 4] */
  mocapQuat = EMPTY;
  /** [nuserdata] */
  userdata = EMPTY;
  /** [npluginstate] */
  pluginState = EMPTY;
  /** [nsensordata] */
  sensordata = EMPTY;
  /** [nbody, 3] */
  xpos = EMPTY;
  /** [nbody, 4] */
  xquat = EMPTY;
  /** [nbody, 9] */
  xmat = EMPTY;
  /** [nbody, 3] centres of mass */
  xipos = EMPTY;
  /** [njnt, 3] */
  jointAnchor = EMPTY;
  /** [njnt, 3] */
  jointAxis = EMPTY;
  /** [ngeom, 3] */
  geomXpos = EMPTY;
  /** [ngeom, 9] */
  geomXmat = EMPTY;
  /** [nflexvert, 3] */
  flexvertXpos = EMPTY;
  /** [nsite, 3] */
  siteXpos = EMPTY;
  /** [nsite, 9] */
  siteXmat = EMPTY;
  /** [nbody, 3] */
  subtreeCom = EMPTY;
  /** [nbody, 6] rotational then linear velocity about the subtree's centre of mass */
  cvel = EMPTY;
  /** [nu] */
  actuatorForce = EMPTY;
  /** [nv] */
  qfrcActuator = EMPTY;

  /** @internal */
  protected takeDataViews(data: MjData): void {
    this.clock = clockView(data);
    this.qpos = data.qpos;
    this.qvel = data.qvel;
    this.act = data.act;
    this.ctrl = data.ctrl;
    this.qacc = data.qacc;
    this.qaccWarmstart = data.qacc_warmstart;
    this.qfrcApplied = data.qfrc_applied;
    this.xfrcApplied = data.xfrc_applied;
    this.eqActive = data.eq_active;
    this.mocapPos = data.mocap_pos;
    this.mocapQuat = data.mocap_quat;
    this.userdata = data.userdata;
    this.pluginState = data.plugin_state;
    this.sensordata = data.sensordata;
    this.takeDerivedViews(data);
  }

  private takeDerivedViews(data: MjData): void {
    this.xpos = data.xpos;
    this.xquat = data.xquat;
    this.xmat = data.xmat;
    this.xipos = data.xipos;
    this.jointAnchor = data.xanchor;
    this.jointAxis = data.xaxis;
    this.geomXpos = data.geom_xpos;
    this.geomXmat = data.geom_xmat;
    this.flexvertXpos = data.flexvert_xpos;
    this.siteXpos = data.site_xpos;
    this.siteXmat = data.site_xmat;
    this.subtreeCom = data.subtree_com;
    this.cvel = data.cvel;
    this.actuatorForce = data.actuator_force;
    this.qfrcActuator = data.qfrc_actuator;
  }
}

/** `time` has no view of its own, but `energy` does, and mjData declares `mjtNum time; mjtNum energy[2];` in this order. */
function clockView(data: MjData): Float64Array<ArrayBuffer> {
  const energy = data.energy as Float64Array<ArrayBuffer>;
  return new Float64Array(energy.buffer, energy.byteOffset - Float64Array.BYTES_PER_ELEMENT, 1);
}
