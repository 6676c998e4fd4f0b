// The administrator's first screen: what they keep in order, one press away.

import { Link } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { useMe } from '@/lib/session';
import { Icon, type IconName } from '@/ui/icon';
import '../directory.css';

const TILES = [
  { to: '/directory', icon: 'building', text: 'organisations' },
  { to: '/directory/import', icon: 'upload', text: 'import' },
  { to: '/directory/slips', icon: 'print', text: 'slips' },
  { to: '/duties', icon: 'calendar', text: 'duties' },
  { to: '/people', icon: 'phone', text: 'people' },
] as const satisfies { to: string; icon: IconName; text: string }[];

export function AdminHome() {
  const { t } = useTranslation('directory');
  const me = useMe();
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('home.title')}</h1>
          <p className="soft">{t('home.lead', { alliance: me.alliance.name })}</p>
        </div>
      </div>
      <ul className="tiles">
        {TILES.map((tile) => (
          <li key={tile.to}>
            <Link to={tile.to} className="tile">
              <Icon name={tile.icon} size={28} />
              <span>
                <strong>{t(`home.${tile.text}`)}</strong>
                <span className="soft">{t(`home.${tile.text}Hint`)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
