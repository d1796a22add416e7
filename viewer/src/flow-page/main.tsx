/** Puts the page about flows together. It needs no server. */
import { render } from "preact";
import { loadSettings, saveSettings, systemTheme } from "../state/settings.ts";
import type { Theme } from "../state/store.ts";
import { FlowPage } from "./page.tsx";
import "../ui/theme.css";
import "./flow-page.css";

const settings = loadSettings();

function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

setTheme(settings.theme ?? systemTheme());
const keepTheme = (theme: Theme) => {
  setTheme(theme);
  saveSettings({ ...settings, theme });
};
render(<FlowPage theme={settings.theme ?? systemTheme()} keepTheme={keepTheme} />, document.querySelector("#page")!);
