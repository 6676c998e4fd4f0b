import { type Language, setLanguage, useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';

const NAMES: Record<Language, string> = { 'zh-CN': '中文', en: 'English' };

/** Each language is written in itself, for those who cannot read the present one. */
export function LanguageSwitch() {
  const { language } = useTranslation();
  const other: Language = language === 'en' ? 'zh-CN' : 'en';
  return (
    <button type="button" className="shell-action" lang={other} onClick={() => void setLanguage(other)}>
      <Icon name="globe" /> {NAMES[other]}
    </button>
  );
}
