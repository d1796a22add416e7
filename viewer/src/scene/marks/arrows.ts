/**
 * Commanded and measured velocities of robots: flat arrows on the ground along the path that a planar velocity (vx, vy, yaw rate) would take in
 * the next moment. Turning bends them. All arrows of a kind are one mesh.
 */
import { BufferAttribute, BufferGeometry, DoubleSide, DynamicDrawUsage, Mesh, MeshBasicMaterial } from "three";

const SEGMENTS = 16;
const VERTICES = 2 * (SEGMENTS + 1) + 3;
/** Below this speed the command counts as zero; m/s and rad/s. */
const STANDSTILL = 0.05;

/** Arrows of one kind and colour. */
export class Arrows {
  readonly mesh: Mesh<BufferGeometry, MeshBasicMaterial>;
  private readonly position: BufferAttribute;
  private readonly capacity: number;
  private readonly width: number;
  private count = 0;

  /** @param width of the shaft, m */
  constructor(capacity: number, width: number) {
    this.capacity = capacity;
    this.width = width;
    const geometry = new BufferGeometry();
    this.position = new BufferAttribute(new Float32Array(capacity * VERTICES * 3), 3).setUsage(DynamicDrawUsage);
    geometry.setAttribute("position", this.position);
    geometry.setIndex(arrowIndex(capacity));
    const material = new MeshBasicMaterial({
      side: DoubleSide,
      transparent: true,
      opacity: 0.92,
      toneMapped: false,
      depthWrite: false,
      polygonOffset: true,
      polygonOffsetFactor: -2,
      polygonOffsetUnits: -2,
    });
    this.mesh = new Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 2;
  }

  /** Begins a frame without arrows. */
  begin(): void {
    this.count = 0;
  }

  /**
   * One arrow from (x, y) at a heading; nothing at a standstill.
   * @param twist vx, vy, yaw rate in the heading frame
   * @param seconds of travel that the arrow is long
   */
  add(x: number, y: number, z: number, heading: number, twist: Float32Array, seconds: number): void {
    const [vx, vy, yawRate] = twist;
    const speed = Math.hypot(vx, vy);
    if (this.count >= this.capacity || (speed < STANDSTILL && Math.abs(yawRate) < STANDSTILL)) return;
    // Turning on the spot moves a point ahead of the robot, so that it is seen too.
    const lead = speed < STANDSTILL ? 0.35 : 0;
    const steps = SEGMENTS + 1;
    const dt = seconds / steps;
    let o = this.count++ * VERTICES * 3;
    let [px, py, angle] = [x + lead * Math.cos(heading), y + lead * Math.sin(heading), heading];
    let direction = heading;
    for (let k = 0; k <= SEGMENTS; k++) {
      const wx = vx * Math.cos(angle) - vy * Math.sin(angle) - yawRate * lead * Math.sin(angle);
      const wy = vx * Math.sin(angle) + vy * Math.cos(angle) + yawRate * lead * Math.cos(angle);
      direction = Math.atan2(wy, wx);
      const [sx, sy] = [-Math.sin(direction) * this.width * 0.5, Math.cos(direction) * this.width * 0.5];
      o = this.put(o, px + sx, py + sy, z);
      o = this.put(o, px - sx, py - sy, z);
      if (k === SEGMENTS) break;
      px += wx * dt;
      py += wy * dt;
      angle += yawRate * dt;
    }
    const [cos, sin, head] = [Math.cos(direction), Math.sin(direction), this.width * 1.35];
    o = this.put(o, px - sin * head, py + cos * head, z);
    o = this.put(o, px + sin * head, py - cos * head, z);
    this.put(o, px + cos * head * 1.6, py + sin * head * 1.6, z);
  }

  /** Shows what was added since `begin`. */
  end(): void {
    this.mesh.geometry.setDrawRange(0, this.count * (SEGMENTS * 6 + 3));
    this.position.needsUpdate = true;
  }

  private put(o: number, x: number, y: number, z: number): number {
    const { array } = this.position;
    array[o] = x;
    array[o + 1] = y;
    array[o + 2] = z;
    return o + 3;
  }
}

function arrowIndex(capacity: number): number[] {
  const index: number[] = [];
  for (let n = 0; n < capacity; n++) {
    const base = n * VERTICES;
    for (let k = 0; k < SEGMENTS; k++) {
      const a = base + 2 * k;
      index.push(a, a + 1, a + 2, a + 1, a + 3, a + 2);
    }
    index.push(base + VERTICES - 3, base + VERTICES - 2, base + VERTICES - 1);
  }
  return index;
}
