// The consult's room by itself: for the requester on a phone, and for whoever only wants to talk.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { consultQuery } from '@/lib/queries/consults';
import { useMe } from '@/lib/session';
import { PatientLine } from '@/parts/patient-line';
import { Icon } from '@/ui/icon';
import { Loaded } from '@/ui/states';
import { Room } from './room';
import '../call.css';

export function RoomPage() {
  const { t } = useTranslation('call');
  const { consultId } = useParams({ strict: false });
  const me = useMe();
  const query = useQuery(consultQuery(consultId ?? ''));
  return (
    <div className="call-page">
      <header className="call-page-head">
        <Link to="/consults/$consultId" params={{ consultId: consultId ?? '' }} className="call-back">
          <Icon name="chevronLeft" size={22} />
          {t('back')}
        </Link>
        {query.data && (
          <div className="call-page-who">
            <PatientLine patient={query.data.patient} />
            <small>{query.data.number}</small>
          </div>
        )}
      </header>
      <div className="call-page-body">
        <Loaded query={query}>
          {(consult) => (
            <Room
              roomId={consult.room_id}
              self={{ name: me.person.name, organisation: me.position.organisation.name }}
            />
          )}
        </Loaded>
      </div>
    </div>
  );
}
