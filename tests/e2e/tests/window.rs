//! The main job in the real window, with the real model.

use e2e::in_namespace;
use e2e::session::main_job;

#[test]
fn a_dropped_document_answers_a_question_with_its_source() {
    in_namespace("a_dropped_document_answers_a_question_with_its_source", main_job);
}
