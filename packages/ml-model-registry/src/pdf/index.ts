/**
 * Reports of models as PDF. Needs the optional peer `pdfkit`: `npm install pdfkit`.
 *
 * @module
 */
export { reportPdf } from './report-pdf.ts';
