/** Straight sticks and balls for whatever is drawn over a robot: one colour each, as many as a frame requests, in one draw call. */
import {
  type BufferGeometry,
  CylinderGeometry,
  DynamicDrawUsage,
  InstancedMesh,
  MeshBasicMaterial,
  SphereGeometry,
} from "three";

type Point = ArrayLike<number>;

class Instances {
  readonly mesh: InstancedMesh<BufferGeometry, MeshBasicMaterial>;
  protected readonly capacity: number;

  constructor(geometry: BufferGeometry, capacity: number, opacity: number, isOnTop: boolean) {
    this.capacity = capacity;
    const material = new MeshBasicMaterial({ transparent: opacity < 1 || isOnTop, opacity, toneMapped: false });
    material.depthTest = !isOnTop;
    material.depthWrite = !isOnTop;
    this.mesh = new InstancedMesh(geometry, material, capacity);
    this.mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = isOnTop ? 5 : 3;
    this.mesh.count = 0;
  }

  begin(): void {
    this.mesh.count = 0;
  }

  end(): void {
    this.mesh.instanceMatrix.needsUpdate = true;
  }
}

/** Sticks between two points. */
export class Sticks extends Instances {
  /**
   * @param isOnTop drawn over everything else
   * @param tip radius of the far end as a share of the near one's
   */
  constructor(capacity: number, { opacity = 1, isOnTop = false, tip = 1 } = {}) {
    super(new CylinderGeometry(tip, 1, 1, 8, 1).rotateX(Math.PI / 2), capacity, opacity, isOnTop);
  }

  /** One stick of a radius, m; nothing where both ends are the same. */
  add(from: Point, to: Point, radius: number): void {
    const [x, y, z] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
    const length = Math.hypot(x, y, z);
    if (this.mesh.count >= this.capacity || length < 1e-6) return;
    const o = 16 * this.mesh.count++;
    const out = this.mesh.instanceMatrix.array as Float32Array;
    // Any two directions across it: a stick is round.
    const [ux, uy, uz] = Math.abs(z) < 0.9 * length ? cross(x, y, z, 0, 0, 1) : cross(x, y, z, 1, 0, 0);
    const [vx, vy, vz] = cross(x, y, z, ux, uy, uz);
    out.set([radius * ux, radius * uy, radius * uz, 0, radius * vx, radius * vy, radius * vz, 0, x, y, z, 0], o);
    out.set([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2, 1], o + 12);
  }
}

/** Balls at points. */
export class Dots extends Instances {
  constructor(capacity: number, { opacity = 1, isOnTop = false } = {}) {
    super(new SphereGeometry(1, 16, 12), capacity, opacity, isOnTop);
  }

  add(at: Point, radius: number): void {
    if (this.mesh.count >= this.capacity) return;
    const o = 16 * this.mesh.count++;
    const out = this.mesh.instanceMatrix.array as Float32Array;
    out.set([radius, 0, 0, 0, 0, radius, 0, 0, 0, 0, radius, 0, at[0], at[1], at[2], 1], o);
  }
}

/** a × b, of length one. */
function cross(ax: number, ay: number, az: number, bx: number, by: number, bz: number): [number, number, number] {
  const [x, y, z] = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}
