/** `vnpu list`: what a document may name (chip presets and parameters, models) and what DOC may be (gallery entries). */
import { DEFAULT_TENANT } from '../experiment/defaults.ts';
import { GALLERY } from '../experiment/gallery.ts';
import { CHIP_PRESETS } from '../model/chip.ts';
import { CHIP_PARAMETERS, type Parameter } from '../model/parameters.ts';
import { MODELS, ZOO, type Certainty, type ModelName } from '../model/models.ts';
import { workloadMacs } from '../model/workload.ts';
import { workloadFor } from '../workloads/zoo.ts';
import { JSON_OPTION, type Command } from './command.ts';
import { EXIT } from './exit.ts';
import { print, printJson } from './output.ts';
import { table } from './table.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  /** Of a model: how sure its shapes are. */
  readonly certainty?: Certainty;
}

const macsText = (macs: number): string =>
  macs < 1e8 ? `${(macs / 1e6).toFixed(3)} MMAC` : `${(macs / 1e9).toFixed(3)} GMAC`;

/** Title and size of a model, at the default number of tokens, and how sure its shapes are. */
function modelEntry(name: ModelName): Entry {
  const { certainty } = ZOO[name];
  const workload = workloadFor({ ...DEFAULT_TENANT.workload, model: name });
  const size = workload.ok ? `${workload.value.title}, ${macsText(workloadMacs(workload.value))}` : '';
  return { name, summary: `${size} (${certainty})`, certainty };
}

/** What a chip's parameter means, its default where the preset names none, its range, and where the default comes from. */
const parameterEntry = ({ key, label, unit, default: value, min, max, source, assumed }: Parameter): Entry => ({
  name: key,
  summary: `${label}: ${value} ${unit}, ${min} to ${max} (${source}${assumed ? '; assumed' : ''})`,
});

export const listCommand: Command = {
  usage: 'list',
  summary: 'Name chip presets, models, gallery entries and parameters of a chip',
  options: [JSON_OPTION],
  run: async (_, options) => {
    const sections: Record<string, Entry[]> = {
      presets: Object.entries(CHIP_PRESETS).map(([name, { summary }]) => ({ name, summary })),
      models: MODELS.map(modelEntry),
      gallery: GALLERY.map(({ name, summary }) => ({ name, summary })),
      parameters: CHIP_PARAMETERS.map(parameterEntry),
    };
    if (options.json) await printJson(sections);
    else {
      const text = Object.entries(sections).map(
        ([title, entries]) => `${title}\n${table(entries.map(({ name, summary }) => [`  ${name}`, summary]))}`,
      );
      await print(text.join('\n'));
    }
    return EXIT.done;
  },
};
