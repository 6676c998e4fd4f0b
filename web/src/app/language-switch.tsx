import { useTranslation } from 'react-i18next';
import { type Language, setLanguage } from '@/lib/i18n';
import { Icon } from '@/ui/icon';

const NAMES: Record<Language, string> = { 'zh-CN': '中文', en: 'English' };

/** Each language is written in itself, for those who cannot read the present one. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other: Language = i18n.language === 'en' ? 'zh-CN' : 'en';
  return (
    <button type="button" className="shell-action" lang={other} onClick={() => void setLanguage(other)}>
      <Icon name="globe" /> {NAMES[other]}
    </button>
  );
}
