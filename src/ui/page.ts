/** Puts the page into an element: theme first, then the app. */
import { mount } from 'svelte';
import App from './App.svelte';
import type { StartSimulation } from './simulation.ts';
import { readSwitches } from './switches.ts';
import './theme.css';
import './base.css';

export function startPage(target: HTMLElement, start: StartSimulation): void {
  const switches = readSwitches(location.search);
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = switches.theme ?? (dark ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme;
  target.replaceChildren();
  mount(App, { target, props: { start, switches, theme } });
}
