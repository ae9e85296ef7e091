//! A job object around this process: it starts no other, and its memory is bounded.

use std::mem::{size_of, zeroed};
use std::ptr::null;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
    JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOB_OBJECT_LIMIT_PROCESS_TIME, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use crate::Error;

/// Puts this process into a job of its own with one limit more; jobs nest, and none can be left.
fn limit(flag: JOB_OBJECT_LIMIT, set: impl FnOnce(&mut JOBOBJECT_EXTENDED_LIMIT_INFORMATION)) -> Result<(), Error> {
    // SAFETY: the structure is plain data for which zero means "no limit".
    let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { zeroed() };
    limits.BasicLimitInformation.LimitFlags = flag;
    set(&mut limits);
    // SAFETY: a new job without a name; the structure outlives the call and its size is given. The job's handle stays
    // open on purpose: the job lasts as long as the process.
    let done = unsafe {
        let job = CreateJobObjectW(null(), null());
        !job.is_null()
            && SetInformationJobObject(
                job,
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>() as u32,
            ) != 0
            && AssignProcessToJobObject(job, GetCurrentProcess()) != 0
    };
    if done { Ok(()) } else { Err(Error::Refused(std::io::Error::last_os_error().to_string())) }
}

pub fn one_process() -> Result<(), Error> {
    limit(JOB_OBJECT_LIMIT_ACTIVE_PROCESS, |limits| limits.BasicLimitInformation.ActiveProcessLimit = 1)
}

pub fn memory(bytes: u64) -> Result<(), Error> {
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    limit(JOB_OBJECT_LIMIT_PROCESS_MEMORY, |limits| limits.ProcessMemoryLimit = bytes)
}

pub fn cpu(seconds: u64) -> Result<(), Error> {
    // In units of 100 ns.
    let time = i64::try_from(seconds.saturating_mul(10_000_000)).unwrap_or(i64::MAX);
    limit(JOB_OBJECT_LIMIT_PROCESS_TIME, |limits| limits.BasicLimitInformation.PerProcessUserTimeLimit = time)
}
