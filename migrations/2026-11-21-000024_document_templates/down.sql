DROP TABLE document_templates;
DROP FUNCTION keep_document_template();
