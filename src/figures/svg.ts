/** Pieces of SVG text, and colours for directions. */

/** Attributes by name; numbers are rounded to hundredths. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An element around other elements. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const open = `<${name}${attributeText(attributes)}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join("")}</${name}>`;
}

/** A line of text whose baseline starts, or with `text-anchor` ends or centres, at (x, y). */
export function label(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, [escapeText(content)]);
}

/** A whole picture on white, with the fonts that labels use. */
export function svgDocument(width: number, height: number, title: string, children: readonly string[]): string {
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "system-ui, -apple-system, 'Segoe UI', sans-serif",
    "font-size": 12,
    fill: "#2b3138",
  };
  const background = element("rect", { width, height, fill: "#ffffff" });
  const titled = element("title", {}, [escapeText(title)]);
  return `${element("svg", root, [titled, background, ...children])}\n`;
}

/** A number as paths write it. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Equally light, equally strong colours around the circle (OKLCH of lightness 0.66 and chroma 0.14; Ottosson 2020). @param angle rad */
export function directionColour(angle: number): string {
  const [lightness, chroma] = [0.66, 0.14];
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map((value) => channel(value)).join("")}`;
}

/** Linear light to two hexadecimal digits of sRGB. */
function channel(linear: number): string {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  const byte = Math.round(255 * Math.min(1, Math.max(0, value)));
  return byte.toString(16).padStart(2, "0");
}

function attributeText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${typeof value === "number" ? coordinate(value) : escapeText(value)}"`)
    .join("");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Elements moved to a place. */
export function placed(x: number, y: number, children: readonly string[]): string {
  return element("g", { transform: `translate(${coordinate(x)} ${coordinate(y)})` }, children);
}
