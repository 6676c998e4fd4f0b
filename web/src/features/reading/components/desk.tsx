// Panes side by side on a desk, one at a time under tabs on a phone. A pane stays mounted once it was opened:
// hiding the call must not hang up, nor hiding the pictures lose the slice.
import { useState } from 'react';
import type { Consult } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';
import {
  columns,
  type Edge,
  firstLayout,
  type Layout,
  type Pane,
  panes,
  recalled,
  remember,
  resized,
  toggled,
  visible,
} from '../layout';
import { Context } from './context';
import { PaneContent } from './pane-content';
import { Separator } from './separator';
import { useNarrow } from './use-narrow';

type Tab = Pane | 'context';
const tabs: Tab[] = ['context', 'viewer', 'ecg', 'call', 'report'];

export function Desk({ consult }: { consult: Consult }) {
  const { t } = useTranslation('reading');
  const narrow = useNarrow();
  const [layout, setLayout] = useState(() => recalled(firstLayout(contentsOf(consult))));
  const [tab, setTab] = useState<Tab>('context');
  const [open, setOpen] = useState(true);
  const isShown = (pane: Pane) => (narrow ? tab === pane : layout.shown[pane]);

  if (narrow) {
    return (
      <div className="desk-narrow">
        <div className="desk-body">
          {tab === 'context' && <Context consult={consult} />}
          {panes.map((pane) => (
            <PaneContent key={pane} pane={pane} shown={isShown(pane)} consult={consult} style={undefined} />
          ))}
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a visible legend */}
        <div className="desk-tabs" role="group" aria-label={t('panes')}>
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={tab === one}
              data-testid={`desk-tab-${one}`}
              onClick={() => setTab(one)}
            >
              {t(`pane.${one}`)}
            </button>
          ))}
        </div>
      </div>
    );
  }

  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a visible legend */}
      <div className="desk-bar" role="group" aria-label={t('panes')}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'chevronDown' : 'chevronRight'} size={16} />
          {t('pane.context')}
        </button>
        <span className="desk-bar-gap" />
        {panes.map((pane) => (
          <button
            key={pane}
            type="button"
            aria-pressed={layout.shown[pane]}
            data-testid={`desk-toggle-${pane}`}
            onClick={() => setLayout(toggled(layout, pane))}
          >
            {t(`pane.${pane}`)}
          </button>
        ))}
      </div>
      {open && <Context consult={consult} />}
      <Wide layout={layout} onLayout={setLayout} consult={consult} />
    </>
  );
}

function contentsOf(consult: Consult): { pictures: boolean; ecg: boolean } {
  return {
    pictures: consult.studies.some((study) => study.series.some((series) => series.modality !== 'ECG')),
    ecg: consult.studies.some((study) => study.ecg !== null),
  };
}

interface WideProps {
  layout: Layout;
  onLayout: (layout: Layout) => void;
  consult: Consult;
}

function Wide({ layout, onLayout, consult }: WideProps) {
  const both = visible(layout, columns.left).length > 0 && visible(layout, columns.right).length > 0;
  return (
    <div className="desk-body desk-columns">
      <Column side="left" grow={both ? layout.left : 1} {...{ layout, onLayout, consult }} />
      {both && <Edged edge="left" between="columns" {...{ layout, onLayout }} />}
      <Column side="right" grow={both ? 1 - layout.left : 1} {...{ layout, onLayout, consult }} />
    </div>
  );
}

function Column({
  side,
  grow,
  layout,
  onLayout,
  consult,
}: WideProps & { side: 'left' | 'right'; grow: number }) {
  const shown = visible(layout, columns[side]);
  const edge: Edge = side === 'left' ? 'leftTop' : 'rightTop';
  const top = shown.length === 2 ? layout[edge] : 1;
  const [first, second] = columns[side];
  return (
    <div className="desk-column" style={shown.length > 0 ? { flexGrow: grow } : { display: 'none' }}>
      {first && (
        <PaneContent pane={first} shown={layout.shown[first]} consult={consult} style={{ flexGrow: top }} />
      )}
      {shown.length === 2 && <Edged edge={edge} between="rows" {...{ layout, onLayout }} />}
      {second && (
        <PaneContent
          pane={second}
          shown={layout.shown[second]}
          consult={consult}
          style={{ flexGrow: shown.length === 2 ? 1 - top : 1 }}
        />
      )}
    </div>
  );
}

function Edged({
  edge,
  between,
  layout,
  onLayout,
}: Omit<WideProps, 'consult'> & { edge: Edge; between: 'columns' | 'rows' }) {
  return (
    <Separator
      between={between}
      share={layout[edge]}
      onShare={(share) => onLayout(resized(layout, edge, share))}
      onDone={() => remember(layout)}
    />
  );
}
