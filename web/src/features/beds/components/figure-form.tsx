// The figure of one department, edited in its row. Saved on the version that was seen: whoever was slower is told what stands.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BedBoard, BedRow } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { bedsQuery, setBeds } from '@/lib/queries/routing';
import { ProblemBanner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { toast } from '@/ui/toast';

const FIELDS = ['open', 'occupied', 'free', 'expected_free'] as const;
type FieldName = (typeof FIELDS)[number];

/** Empty is nothing said; anything but a whole number is wrong. */
const whole = (text: string): number | null | undefined =>
  text.trim() === '' ? null : /^\d{1,5}$/.test(text.trim()) ? Number(text) : undefined;

export function FigureForm({ row, onClose }: { row: BedRow; onClose: () => void }) {
  const { t } = useTranslation('beds');
  const common = useTranslation();
  const problemText = useProblemText();
  const client = useQueryClient();
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : String(value);
  const [values, setValues] = useState<Record<FieldName, string>>({
    open: text(row.figure?.open),
    occupied: text(row.figure?.occupied),
    // What follows from the other two is not asked again.
    free:
      row.figure && row.figure.free !== row.figure.open - row.figure.occupied ? text(row.figure.free) : '',
    expected_free: text(row.figure?.expected_free),
  });
  const [version, setVersion] = useState(row.version);
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      setBeds(
        row.department.id,
        version,
        Object.fromEntries(FIELDS.map((field) => [field, whole(values[field])])),
      ),
    onSuccess: (board) => {
      client.setQueryData(bedsQuery.queryKey, board);
      toast(t('saved', { name: row.department.name }));
      onClose();
    },
    onError: (error) => {
      const refused = asProblem(error);
      // The next press saves over it, after this one has said so.
      if (refused.status === 412 && typeof refused.body.version === 'number')
        setVersion(refused.body.version);
    },
  });
  const refused = save.error ? asProblem(save.error) : null;
  // Somebody was faster: what they said is shown beside what is typed.
  const current = refused?.body.current as BedBoard | undefined;
  const stands = current?.departments.find((one) => one.department.id === row.department.id)?.figure;
  const isWrong = (field: FieldName) => {
    const value = whole(values[field]);
    return value === undefined || (value === null && (field === 'open' || field === 'occupied'));
  };
  function note(field: FieldName) {
    if (tried && isWrong(field)) return { tone: 'wrong', text: t('wholeNumber') } as const;
    if (refused?.field === field) return { tone: 'wrong', text: problemText(refused) } as const;
    return null;
  }
  function submit() {
    setTried(true);
    if (!FIELDS.some(isWrong)) save.mutate();
  }
  return (
    <tr className="beds-editing">
      <td colSpan={9}>
        <form
          aria-label={t('editTitle', { name: row.department.name })}
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <h2>{t('editTitle', { name: row.department.name })}</h2>
          <div className="beds-fields">
            {FIELDS.map((field) => (
              <TextField
                key={field}
                label={t(`field.${field}`)}
                optional={field === 'free' || field === 'expected_free'}
                inputMode="numeric"
                autoComplete="off"
                maxLength={5}
                value={values[field]}
                note={note(field)}
                onChange={(event) => setValues({ ...values, [field]: event.target.value })}
              />
            ))}
          </div>
          {refused && !FIELDS.some((field) => field === refused.field) && <ProblemBanner error={refused} />}
          {stands && (
            <p>
              {t('stands')} <strong>{t('history.line', { ...stands })}</strong>
            </p>
          )}
          <div className="form-actions">
            <Button onClick={onClose}>{common.t('cancel')}</Button>
            <Button type="submit" look="primary" busy={save.isPending}>
              {common.t('save')}
            </Button>
          </div>
        </form>
      </td>
    </tr>
  );
}
