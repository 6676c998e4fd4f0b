// Tools and windows of the viewer as buttons; each says its key.
import { useTranslation } from '@/lib/i18n';
import { DeskIcon, type DeskIconName } from '@/ui/desk-icon';
import type { Tool } from '../keys';
import { type Preset, presetsFor } from '../windows';

const tools: { tool: Tool; icon: DeskIconName; key: string }[] = [
  { tool: 'scroll', icon: 'scroll', key: 'S' },
  { tool: 'window', icon: 'contrast', key: 'W' },
  { tool: 'zoom', icon: 'zoom', key: 'Z' },
  { tool: 'pan', icon: 'pan', key: 'P' },
  { tool: 'length', icon: 'ruler', key: 'L' },
];

interface Props {
  tool: Tool;
  modality: string;
  inverted: boolean;
  measured: number;
  disabled: boolean;
  onTool: (tool: Tool) => void;
  onPreset: (preset: Preset) => void;
  onInvert: () => void;
  onReset: () => void;
  onRemove: () => void;
}

export function Toolbar(props: Props) {
  const { t } = useTranslation('viewer');
  const presets = presetsFor(props.modality);
  return (
    <div className="viewer-toolbar" role="toolbar" aria-label={t('tools')}>
      {tools.map(({ tool, icon, key }) => (
        <button
          key={tool}
          type="button"
          className="viewer-tool"
          aria-pressed={props.tool === tool}
          aria-keyshortcuts={key}
          title={`${t(`tool.${tool}`)} (${key})`}
          data-testid={`viewer-tool-${tool}`}
          onClick={() => props.onTool(tool)}
        >
          <DeskIcon name={icon} />
          <span>{t(`tool.${tool}`)}</span>
        </button>
      ))}
      <span className="viewer-toolbar-gap" />
      <label className="viewer-presets">
        <span className="visually-hidden">{t('windowPreset')}</span>
        <select
          value=""
          disabled={props.disabled}
          data-testid="viewer-presets"
          onChange={(event) => {
            const chosen = presets.find((preset) => preset.id === event.target.value);
            if (chosen) props.onPreset(chosen);
          }}
        >
          <option value="" disabled>
            {t('windowPreset')}
          </option>
          {presets.map((preset) => (
            <option key={preset.id} value={preset.id}>
              {preset.key} {t(`preset.${preset.id}`)}
              {preset.window ? ` ${preset.window.width}/${preset.window.center}` : ''}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="viewer-tool"
        aria-pressed={props.inverted}
        aria-keyshortcuts="I"
        title={`${t('invert')} (I)`}
        data-testid="viewer-invert"
        disabled={props.disabled}
        onClick={props.onInvert}
      >
        <DeskIcon name="invert" />
        <span>{t('invert')}</span>
      </button>
      <button
        type="button"
        className="viewer-tool"
        title={`${t('reset')} (${t('space')})`}
        data-testid="viewer-reset"
        disabled={props.disabled}
        onClick={props.onReset}
      >
        <DeskIcon name="reset" />
        <span>{t('reset')}</span>
      </button>
      {props.measured > 0 && (
        <button
          type="button"
          className="viewer-tool"
          title={`${t('removeMeasurement')} (Delete)`}
          data-testid="viewer-remove"
          onClick={props.onRemove}
        >
          <DeskIcon name="trash" />
          <span>{t('removeMeasurement')}</span>
        </button>
      )}
    </div>
  );
}
