/** A choice of one of a few, side by side. */
import { radioKeys, radioStop } from "./radio-keys.ts";

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly text: string }[];
  readonly value: T;
  readonly choose: (value: T) => void;
}

/** A group of buttons of which one is pressed. */
export function Segments<T extends string>({ label, choices, value, choose }: SegmentsProps<T>) {
  const values = choices.map((choice) => choice.value);
  return (
    <div class="segments" role="radiogroup" aria-label={label} onKeyDown={(event) => radioKeys(event, true)}>
      {choices.map((choice) => (
        // biome-ignore lint/a11y/useSemanticElements: a segment is a button that looks pressed
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          tabIndex={radioStop(values, value, choice.value)}
          onClick={() => choose(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </div>
  );
}
