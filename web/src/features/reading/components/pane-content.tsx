// One pane: its feature, fetched when it is first shown and kept from then on.
import { type CSSProperties, lazy, Suspense, useRef } from 'react';
import type { Consult } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useMe } from '@/lib/session';
import type { Pane } from '../layout';

const ViewerPane = lazy(() =>
  import('@/features/viewer/components/viewer-pane').then((it) => ({ default: it.ViewerPane })),
);
const EcgPane = lazy(() =>
  import('@/features/ecg/components/ecg-pane').then((it) => ({ default: it.EcgPane })),
);
const Room = lazy(() => import('@/features/call/components/room').then((it) => ({ default: it.Room })));
const ReportPane = lazy(() =>
  import('@/features/report/components/report-pane').then((it) => ({ default: it.ReportPane })),
);

interface Props {
  pane: Pane;
  shown: boolean;
  consult: Consult;
  style: CSSProperties | undefined;
}

export function PaneContent({ pane, shown, consult, style }: Props) {
  const { t } = useTranslation('reading');
  const opened = useRef(false);
  opened.current ||= shown;
  if (!opened.current) return null;
  return (
    <div className="desk-pane" style={shown ? style : { display: 'none' }} data-testid={`desk-pane-${pane}`}>
      <Suspense
        fallback={
          <p className="desk-waiting" role="status">
            {t('loading')}
          </p>
        }
      >
        <Content pane={pane} shown={shown} consult={consult} />
      </Suspense>
    </div>
  );
}

function Content({ pane, shown, consult }: Omit<Props, 'style'>) {
  const me = useMe();
  switch (pane) {
    case 'viewer':
      return <ViewerPane studies={consult.studies} keysEnabled={shown} />;
    case 'ecg':
      return <EcgPane studies={consult.studies} />;
    case 'call':
      return (
        <Room
          waiting
          roomId={consult.room_id}
          self={{ name: me.person.name, organisation: me.position.organisation.name }}
        />
      );
    case 'report':
      return <ReportPane consult={consult} />;
  }
}
