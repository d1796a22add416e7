/** Arrow keys within a group of radio buttons, which takes one stop of the Tab key. */

const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Moves the focus to the neighbour, around the ends. @param chooses whether the neighbour is chosen at once, as in a form */
export function radioKeys(event: KeyboardEvent, chooses: boolean): void {
  const step = steps[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const radios = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role="radio"]')];
  const at = radios.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  // The page has other uses for these keys.
  event.preventDefault();
  event.stopPropagation();
  const next = radios[(at + step + radios.length) % radios.length];
  next.focus();
  if (chooses) next.click();
}

/** The tabindex of a radio button: the Tab key stops at the chosen one, or at the first where none is. */
export function radioStop(values: readonly unknown[], current: unknown, value: unknown): 0 | -1 {
  return value === (values.includes(current) ? current : values[0]) ? 0 : -1;
}
