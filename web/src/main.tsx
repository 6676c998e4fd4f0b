import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { startI18n } from './lib/i18n';
import './styles/tokens.css';
import './styles/base.css';
import './ui/ui.css';
import './ui/surfaces.css';
import './app/shell.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
// The language is known before the first paint, so that no text changes under the reader.
void startI18n().then(() => createRoot(root).render(<App />));
