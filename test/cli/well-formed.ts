/** Checks that a text is one XML element: tags that close in order, quoted attributes, no bare character that needs escaping. */

/** @throws Error naming the first thing that is wrong */
export function checkWellFormed(text: string): void {
  const open: string[] = [];
  const tags = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/g;
  for (const [all, close, name, , empty, content] of text.trim().matchAll(tags)) {
    if (content !== undefined) checkContent(content, open);
    else if (name === undefined) throw new Error(`a tag is broken after <${open.join("><")}>: ${all}`);
    else if (close === "/") checkClosed(name, open.pop());
    else if (empty !== "/") open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open.join("><")}> is never closed`);
}

function checkContent(content: string, open: readonly string[]): void {
  if (open.length === 0) throw new Error(`text outside of the element: ${content}`);
  if (/&(?!amp;|lt;|gt;|quot;)|>/.test(content)) throw new Error(`needs escaping: ${content}`);
}

function checkClosed(name: string, expected: string | undefined): void {
  if (name !== expected) throw new Error(`</${name}> found, expected </${expected}>`);
}
