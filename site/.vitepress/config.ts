/** The site: VitePress with offline search, mathematics by KaTeX, no file from another host, and addresses relative to wherever it lies. */
import { readFileSync } from "node:fs";
import { katex } from "@mdit/plugin-katex";
import { defineConfig } from "vitepress";

const { menu } = JSON.parse(readFileSync(new URL("../../dist/docs-source/site.json", import.meta.url), "utf8"));

/** A gait's two steps, as the viewer's mark. */
const ICON =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M3 24c8 0 7-14 13-14s5 14 13 14" fill="none" stroke="#d9540f" stroke-width="4" stroke-linecap="round"/></svg>',
  );

export default defineConfig({
  title: "flowgait",
  description: "Train robot controllers with flow-matching policies in TypeScript, watch them live, export them.",
  lang: "en",
  base: "./",
  srcDir: "../dist/docs-source",
  outDir: "../dist/docs",
  cacheDir: "../dist/docs-cache",
  metaChunk: true,
  head: [["link", { rel: "icon", href: ICON }]],
  // The theme's front page has no landmark for its content.
  transformHtml: (code) => code.replace('<div class="VPHome', '<div role="main" class="VPHome'),
  markdown: {
    // Pages are plain Markdown: what looks like a tag is text.
    html: false,
    config: (md) => md.use(katex, { output: "htmlAndMathml", vPre: true } as object),
  },
  vite: { publicDir: "../../dist/docs-source/public", build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    sidebar: menu,
    nav: [
      { text: "Get started", link: "/get-started" },
      { text: "Tutorial", link: "/tutorial" },
      { text: "Reference", link: "/reference/commands" },
      { text: "Results", link: "/results" },
    ],
    outline: [2, 3],
    search: { provider: "local" },
    externalLinkIcon: true,
  },
});
