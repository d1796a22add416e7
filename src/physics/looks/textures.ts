/** The textures that a scene's materials and sky use, as pixels. Large ones are made smaller, and what is too much in all is omitted; both are noted. */
import type { MjModel } from "mujoco-js";
import { nameAt } from "../model/model-names.ts";

/** mjtTexture. */
const KINDS = ["2d", "cube", "skybox"] as const;
const SKYBOX = 2;
/** Longest side of a texture, or of a face of one that has several, pixels. */
const LONGEST_SIDE = 1024;
/** Bytes of all textures together. */
const MOST_BYTES = 32 << 20;

/** A texture; the six faces of a cube stand below each other: +x, −x, +y, −y, +z, −z. A cube of one square has it on all faces. */
export interface TextureDescription {
  name: string;
  kind: (typeof KINDS)[number];
  /** pixels */
  width: number;
  height: number;
  /** bytes of a pixel: 1 grey, 2 grey and alpha, 3 colours, 4 with alpha */
  channels: number;
  /** [height, width, channels] from the first row on, as MuJoCo holds them */
  data: Uint8Array;
}

/** Collects textures as they turn out to be used. */
export class TextureShelf {
  readonly textures: TextureDescription[] = [];
  /** What is not as the model says, in words. */
  readonly notes: string[] = [];
  readonly #known = new Map<MjModel, Map<number, number | undefined>>();
  #bytes = 0;

  /** @returns the texture's place among `textures`; undefined where it is omitted */
  add(model: MjModel, id: number): number | undefined {
    const known = this.#known.get(model) ?? new Map<number, number | undefined>();
    this.#known.set(model, known);
    if (!known.has(id)) known.set(id, this.#take(model, id));
    return known.get(id);
  }

  /** The model's sky; undefined where it has none. */
  addSky(model: MjModel): number | undefined {
    const id = (model.tex_type as Int32Array).indexOf(SKYBOX);
    return id < 0 ? undefined : this.add(model, id);
  }

  #take(model: MjModel, id: number): number | undefined {
    const whole = textureOf(model, id);
    const texture = smaller(whole);
    if (this.#bytes + texture.data.length > MOST_BYTES) {
      this.notes.push(`texture ${whole.name}: all textures have more than ${MOST_BYTES >> 20} MiB`);
      return undefined;
    }
    if (texture.width < whole.width)
      this.notes.push(`texture ${whole.name} in full: ${texture.width} of ${whole.width} pixels a row are drawn`);
    this.#bytes += texture.data.length;
    return this.textures.push(texture) - 1;
  }
}

function textureOf(model: MjModel, id: number): TextureDescription {
  const at = (field: "tex_type" | "tex_width" | "tex_height" | "tex_nchannel" | "name_texadr") =>
    (model[field] as Int32Array)[id];
  const [width, height, channels] = [at("tex_width"), at("tex_height"), at("tex_nchannel")];
  // The binding gives no unsigned view of 64-bit addresses: they fit a number.
  const first = Number(model.tex_adr[id]);
  const data = (model.tex_data as Uint8Array).slice(first, first + width * height * channels);
  return { name: nameAt(model, at("name_texadr")), kind: KINDS[at("tex_type")], width, height, channels, data };
}

/** By whole factors: each pixel is the mean of a square. */
function smaller(texture: TextureDescription): TextureDescription {
  const { kind, width, height, channels, data } = texture;
  const faces = kind === "2d" || height === width ? 1 : 6;
  const faceHeight = height / faces;
  let factor = Math.ceil(Math.max(width, faceHeight) / LONGEST_SIDE);
  // The rows of one face must not run into the next.
  while (factor > 1 && faces > 1 && faceHeight % factor !== 0) factor++;
  if (factor === 1) return texture;
  const [columns, rows] = [Math.max(1, Math.floor(width / factor)), Math.max(1, Math.floor(height / factor))];
  const out = new Uint8Array(rows * columns * channels);
  const across = Math.min(factor, width);
  const down = Math.min(factor, height);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = 0; y < down; y++)
          for (let x = 0; x < across; x++)
            sum += data[((row * factor + y) * width + column * factor + x) * channels + c];
        out[(row * columns + column) * channels + c] = Math.round(sum / (across * down));
      }
  return { ...texture, width: columns, height: rows, data: out };
}
