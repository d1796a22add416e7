/**
 * The canvas and its WebGL context, which may be refused when the page opens, and lost and given back at any time. Without one nothing is drawn;
 * everything else continues.
 */
import {
  type Camera,
  NeutralToneMapping,
  PCFShadowMap,
  PMREMGenerator,
  type Scene,
  WebGLRenderer,
  type WebGLRenderTarget,
} from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import { FrameGate } from "./frame-gate.ts";

/** `absent`: the browser gives no WebGL 2. `lost`: it took it away. */
export type ScreenState = "drawn" | "absent" | "lost";

/** Rest after each frame where a processor draws, in multiples of the frame's time: two thirds of the machine stay free. */
const PLAIN_REST = 2;

/** The canvas, its renderer and its context. */
export class Screen {
  readonly canvas: HTMLCanvasElement;
  /** Whether WebGL runs on the processor. */
  readonly isSoftware: boolean;
  /** Whether effort is spared everywhere: a processor draws, or nothing does. */
  readonly isPlain: boolean;
  private readonly renderer: WebGLRenderer | null;
  private readonly gate: FrameGate | null;
  private readonly onChange: (state: ScreenState) => void;
  private reflections: WebGLRenderTarget | null = null;
  private isLost = false;

  /** @param isPinned whether the user chose the effort @param onChange called when the context is lost, and when it is restored */
  constructor(canvas: HTMLCanvasElement, isPinned: boolean, onChange: (state: ScreenState) => void) {
    this.canvas = canvas;
    this.onChange = onChange;
    this.isSoftware = isSoftwareRendered();
    this.renderer = openRenderer(canvas, !this.isSoftware);
    this.isPlain = this.renderer === null || (this.isSoftware && !isPinned);
    const context = this.renderer?.getContext() as WebGL2RenderingContext | undefined;
    this.gate = context ? new FrameGate(context, this.isPlain ? PLAIN_REST : 0) : null;
    // After the renderer's own listeners, which ask for the context again and prepare it.
    canvas.addEventListener("webglcontextlost", () => this.change(true));
    canvas.addEventListener("webglcontextrestored", () => this.change(false));
  }

  /** Whether there is a picture, and why not. */
  get state(): ScreenState {
    if (this.renderer === null) return "absent";
    return this.isLost ? "lost" : "drawn";
  }

  /** Milliseconds until another frame may begin. */
  waitMs(nowMs: number): number {
    return this.gate?.waitMs(nowMs) ?? 0;
  }

  /** The canvas has another size, CSS pixels. */
  resize(width: number, height: number): void {
    this.renderer?.setSize(width, height, false);
  }

  /** Drawn pixels per CSS pixel. */
  setPixelRatio(ratio: number): void {
    this.renderer?.setPixelRatio(ratio);
  }

  /** Whether shadows are drawn at all. */
  setShadows(areCast: boolean): void {
    if (this.renderer) this.renderer.shadowMap.enabled = areCast;
  }

  /** Whether the next frame renders its shadows again. */
  castShadows(isDue: boolean): void {
    if (this.renderer) this.renderer.shadowMap.needsUpdate = isDue;
  }

  /** @param startedMs when the frame began @returns whether it was drawn */
  render(scene: Scene, camera: Camera, startedMs: number): boolean {
    if (this.renderer === null || this.state !== "drawn") return false;
    this.renderer.render(scene, camera);
    this.gate?.close(startedMs);
    return true;
  }

  /** Gives the scene a softly lit room to reflect, where effort is not spared. */
  reflect(scene: Scene): void {
    if (this.renderer === null || this.isPlain) return;
    const generator = new PMREMGenerator(this.renderer);
    this.reflections?.dispose();
    this.reflections = generator.fromScene(new RoomEnvironment(), 0.04, 0.1, 100, { size: 64 });
    scene.environment = this.reflections.texture;
    scene.environmentRotation.set(Math.PI / 2, 0, 0);
    generator.dispose();
  }

  private change(isLost: boolean): void {
    this.isLost = isLost;
    this.gate?.reset();
    this.onChange(this.state);
  }
}

/** Null where the browser gives no context. */
function openRenderer(canvas: HTMLCanvasElement, antialias: boolean): WebGLRenderer | null {
  // Asked for here, because the renderer reports a refusal as an error of the program.
  const context = canvas.getContext("webgl2", { antialias, stencil: false, depth: true, alpha: true });
  if (context === null) return null;
  const renderer = new WebGLRenderer({ canvas, context, antialias, stencil: false });
  renderer.toneMapping = NeutralToneMapping;
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  renderer.shadowMap.autoUpdate = false;
  return renderer;
}

/** Asked of a canvas of its own. */
function isSoftwareRendered(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}
