/** One of several, chosen by a press; the sheet of a menu. */
import { Icon } from "./icons.tsx";
import { radioKeys, radioStop } from "./radio-keys.ts";

interface ChoicesProps<T extends string | number> {
  readonly name: string;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly current: T;
  readonly choose: (value: T) => void;
}

/** The list of choices in a menu. */
export function Choices<T extends string | number>({ name, options, current, choose }: ChoicesProps<T>) {
  const values = options.map((option) => option.value);
  return (
    <div class="choices" role="radiogroup" aria-label={name} onKeyDown={(event) => radioKeys(event, false)}>
      {options.map(({ value, text }) => (
        // biome-ignore lint/a11y/useSemanticElements: a button closes the menu at once, also when the chosen one is pressed again
        <button
          key={value}
          type="button"
          role="radio"
          aria-checked={value === current}
          tabIndex={radioStop(values, current, value)}
          onClick={() => choose(value)}
        >
          {text}
          {value === current && <Icon name="check" />}
        </button>
      ))}
    </div>
  );
}
