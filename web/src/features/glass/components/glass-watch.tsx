// Watches what a doctor has open: shows it on every page, and when it ends takes the record off the screen. Carries no
// text of its own; the banner comes with its texts once something is open.

import { type Query, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { clock } from '@/lib/clock';
import type { BreakGlass, Id } from '@/lib/contract';
import { setGlassOver } from '@/lib/glass-over';
import { loadAllTexts } from '@/lib/i18n';
import { openGlassesQuery } from '@/lib/queries/break-glass';

const GlassBanner = lazy(async () => {
  await loadAllTexts();
  return { default: (await import('./glass-banner')).GlassBanner };
});

/** The server's clock and this page's idea of it differ by less. */
const MARGIN_MS = 1000;
const RETRY_MS = 5000;

function stillOpen(glasses: BreakGlass[] | undefined): BreakGlass[] {
  return (glasses ?? []).filter((glass) => Date.parse(glass.ends_at) + MARGIN_MS > clock.now());
}

/** Whether what a query holds belongs to this patient's record. */
function isOf(patient: Id): (query: Query) => boolean {
  return ({ queryKey, state }) => {
    const data = state.data as { patient?: { id?: Id } | null; patient_id?: Id | null } | undefined;
    return queryKey.includes(patient) || data?.patient?.id === patient || data?.patient_id === patient;
  };
}

export function GlassWatch() {
  const client = useQueryClient();
  const { data, dataUpdatedAt, errorUpdatedAt } = useQuery(openGlassesQuery);
  const [woken, wake] = useState(0);
  const { pathname } = useLocation();
  const paths = useRef(new Set<string>());
  const known = useRef<BreakGlass[]>([]);
  const open = stillOpen(data?.items);
  const isOpen = open.length > 0;

  useEffect(() => {
    if (isOpen) paths.current.add(pathname);
  }, [isOpen, pathname]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at anew with every answer and when a time is over
  useEffect(() => {
    const now = stillOpen(data?.items);
    const patients = new Set(now.map((glass) => glass.patient.id));
    for (const { patient } of known.current) {
      if (patients.has(patient.id)) continue;
      setGlassOver({ patient: patient.name, at: clock.now(), paths: new Set(paths.current) });
      void client.resetQueries({ predicate: isOf(patient.id) });
    }
    known.current = now;
    if (!data || data.items.length === 0) return;
    const next = Math.min(...data.items.map((glass) => Date.parse(glass.ends_at)));
    const left = next + MARGIN_MS - clock.now();
    const timer = setTimeout(
      () => {
        wake((count) => count + 1);
        void client.invalidateQueries({ queryKey: openGlassesQuery.queryKey });
      },
      left > 0 ? left : RETRY_MS,
    );
    return () => clearTimeout(timer);
  }, [client, data, dataUpdatedAt, errorUpdatedAt, woken]);

  useEffect(() => () => setGlassOver(null), []);

  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      {open.map((glass) => (
        <GlassBanner key={glass.id} glass={glass} />
      ))}
    </Suspense>
  );
}
