// Language of the page: zh-CN is the source and always there, en comes when asked for. Remembered on the device.

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import zhCN from '../locales/zh-CN';
import { setApiLanguage } from './api';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
const KEY = 'consult.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof zhCN;
  }
}

function remembered(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN';
  }
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'zh-CN',
    fallbackLng: 'zh-CN',
    defaultNS: 'common',
    ns: Object.keys(zhCN),
    resources: { 'zh-CN': zhCN },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await setLanguage(remembered());
}

export async function setLanguage(language: Language): Promise<void> {
  if (language === 'en' && !i18next.hasResourceBundle('en', 'common')) {
    const { default: en } = await import('../locales/en');
    for (const [namespace, texts] of Object.entries(en)) i18next.addResourceBundle('en', namespace, texts);
  }
  await i18next.changeLanguage(language);
  setApiLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A browser without storage forgets the choice, nothing else.
  }
}
