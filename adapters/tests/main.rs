//! Most tests as one program: to link one for each file took most of the time of building them.

mod common;
#[cfg(all(
    feature = "ureq",
    feature = "reqwest",
    feature = "key-signer",
    feature = "auth",
    feature = "key-shares"
))]
#[path = "common/flows.rs"]
mod flows;
#[cfg(all(feature = "ureq", feature = "reqwest", feature = "key-signer"))]
#[path = "../examples/external_key/kms.rs"]
mod kms;
#[cfg(all(feature = "ureq", feature = "reqwest", feature = "key-signer"))]
#[path = "../examples/external_key/kms_signer.rs"]
mod kms_signer;
#[cfg(all(feature = "ureq", feature = "key-signer", feature = "auth"))]
#[path = "common/people.rs"]
mod people;
#[cfg(all(
    feature = "ureq",
    feature = "reqwest",
    feature = "key-signer",
    feature = "auth",
    feature = "key-shares"
))]
#[path = "common/world.rs"]
mod world;

mod a_delegated_call_crosses_processes;
mod a_device_is_lost_and_found;
mod a_device_signs;
mod a_dropped_call_leaves_nothing_half_done;
mod a_key_elsewhere_signs;
mod a_recovery_code_brings_an_account_back;
mod a_serial_port_is_a_wire;
mod a_user_signs_elsewhere;
mod an_answer_is_read_in_pieces;
mod deliveries_of_the_sandbox_are_verified;
mod every_flow_is_refused_what_is_wrong;
mod every_flow_survives_a_failure_at_each_step;
mod every_operation_reaches_the_sandbox;
mod files_are_streamed_from_disk;
mod keys_cross_the_sandbox_as_shares;
mod people_recover_and_keep_credentials;
mod people_register_and_log_in;
mod people_sign_in_over_the_async_client;
mod retries_do_nothing_twice;
mod the_clients_are_careful;
mod the_core_is_driven_by_hand;
mod the_table_of_faults_in_the_docs_is_true;
mod what_is_handed_in_brings_proxy_and_certificates;
