"""R peaks and intervals that we measure, against ECGs made by neurokit2 with noise of known strength, and against the
MIT-BIH Arrhythmia Database where `CONSULT_MITBIH` names a folder of it (`100.dat`, `100.hea`, `100.atr`, …)."""

import os
from pathlib import Path

import neurokit2
import numpy
import pytest
from examples import answer

TWELVE = "I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6"
HZ = 500
# Two peaks within this are the same beat (half of what ANSI/AAMI EC57 allows).
NEAR_S = 0.075


def measured(folder, hz, names, microvolts):
    """What we measure of an array of leads × samples."""
    raw = folder / "ecg.f32"
    numpy.asarray(microvolts, dtype="<f4").tofile(raw)
    return answer("measure", hz, names, raw)


def noisy(clean, decibels, seed):
    """Normal noise at a ratio to the power of the signal, breathing of 0.3 mV, and mains of 20 µV."""
    if decibels is None:
        return clean
    random = numpy.random.default_rng(seed)
    seconds = numpy.arange(clean.shape[-1]) / HZ
    strength = numpy.sqrt(clean.var() / 10 ** (decibels / 10))
    breathing = 300 * numpy.sin(2 * numpy.pi * 0.25 * seconds + seed) + 20 * numpy.sin(2 * numpy.pi * 50 * seconds)
    return clean + random.normal(size=clean.shape) * strength + breathing


def score(truth, found, duration_s):
    """True positives, false negatives and false positives, the first and the last second left out."""
    truth, found = numpy.asarray(truth, dtype=float), numpy.asarray(found, dtype=float)
    inside = lambda peaks: peaks[(peaks > 1) & (peaks < duration_s - 1)]
    hits = [peak for peak in inside(truth) if len(found) and numpy.abs(found - peak).min() <= NEAR_S]
    wrong = [peak for peak in inside(found) if not len(truth) or numpy.abs(truth - peak).min() > NEAR_S]
    return numpy.array([len(hits), len(inside(truth)) - len(hits), len(wrong)])


@pytest.mark.parametrize(("decibels", "least"), [(None, 0.995), (20, 0.99), (10, 0.97)])
def test_r_peaks_of_made_ecgs_are_found_through_noise(tmp_path, decibels, least):
    total = numpy.zeros(3)
    for seed, rate in enumerate([42, 50, 60, 68, 75, 85, 95, 110, 125, 140, 160] * 2):
        clean = 1000 * neurokit2.ecg_simulate(
            duration=30, sampling_rate=HZ, heart_rate=rate, heart_rate_std=3, noise=0, random_state=seed
        )
        truth = neurokit2.ecg_peaks(clean, sampling_rate=HZ)[1]["ECG_R_Peaks"] / HZ
        found = measured(tmp_path, HZ, "II", noisy(clean, decibels, seed))["r_peaks"]
        total += score(truth, numpy.array(found) / HZ, 30)
    hits, missed, wrong = total
    assert hits > 700
    assert hits / (hits + missed) >= least, f"sensitivity: {total}"
    assert hits / (hits + wrong) >= least, f"positive predictivity: {total}"


@pytest.mark.parametrize("rate", [55, 70, 90, 105])
def test_twelve_leads_are_measured_alike_with_and_without_noise(tmp_path, rate):
    made = neurokit2.ecg_simulate(
        duration=10, sampling_rate=HZ, heart_rate=rate, noise=0, random_state=rate, method="multileads"
    )
    clean = 1000 * made[TWELVE.split(",")].to_numpy().T
    without, with_noise = (measured(tmp_path, HZ, TWELVE, noisy(clean, decibels, 1)) for decibels in (None, 25))
    assert without["reference_only"] is True
    assert without["heart_rate"] == pytest.approx(rate, abs=4)
    assert with_noise["heart_rate"] == pytest.approx(without["heart_rate"], abs=1)
    assert without["quality"]["grade"] in ("good", "fair")
    for name, within in [("qrs_ms", 20), ("qt_ms", 25), ("pr_ms", 25)]:
        if without[name] is not None and with_noise[name] is not None:
            assert with_noise[name] == pytest.approx(without[name], abs=within), name
    assert without["qrs_ms"] is not None and without["qt_ms"] is not None


def test_noise_alone_is_measured_as_nothing(tmp_path):
    noise = numpy.random.default_rng(1).normal(size=(12, 10 * HZ)) * 50
    result = measured(tmp_path, HZ, TWELVE, noise)
    assert result["pr_ms"] is None and result["qt_ms"] is None and result["axis"] is None
    assert result["quality"]["grade"] != "good"


def record(folder, name):
    """Leads in µV, sampling rate, and the samples of beats of a record in format 212."""
    head, *signals = (folder / f"{name}.hea").read_text().splitlines()
    _, count, hz, length, *_ = head.split()
    count, hz, length = int(count), float(hz.split("/")[0]), int(length)
    assert count == 2
    raw = numpy.fromfile(folder / f"{name}.dat", dtype=numpy.uint8)[: length * 3].astype(int).reshape(-1, 3)
    samples = numpy.stack([raw[:, 0] | (raw[:, 1] & 15) << 8, raw[:, 2] | (raw[:, 1] >> 4) << 8])
    samples[samples > 2047] -= 4096
    gains = [float(signal.split()[2].split("(")[0].split("/")[0]) for signal in signals[:2]]
    zeros = [int(signal.split()[4]) for signal in signals[:2]]
    microvolts = [(lead - zero) / gain * 1000 for lead, zero, gain in zip(samples, zeros, gains, strict=True)]
    words = numpy.fromfile(folder / f"{name}.atr", dtype="<u2")
    beats, at, index = [], 0, 0
    beat_codes = {*range(1, 14), 25, 30, 34, 35, 38, 41}
    while index < len(words) and words[index]:
        code, interval = words[index] >> 10, int(words[index] & 1023)
        index += 1
        if code == 59:
            at += (int(words[index]) << 16) + int(words[index + 1])
            index += 2
        elif code == 63:
            index += (interval + 1) // 2
        elif code < 60:
            at += interval
            if code in beat_codes:
                beats.append(at)
    return numpy.array(microvolts), hz, numpy.array(beats)


def test_beats_of_the_arrhythmia_database_are_found(tmp_path):
    folder = os.environ.get("CONSULT_MITBIH")
    total = numpy.zeros(3)
    # Without the database only the reader of its format is tested, on a record made here.
    names = sorted(path.stem for path in Path(folder).glob("*.hea")) if folder else [made_record(tmp_path)]
    for name in names:
        microvolts, hz, beats = record(Path(folder) if folder else tmp_path, name)
        found = measured(tmp_path, hz, "II,V1", microvolts)["r_peaks"]
        total += score(beats / hz, numpy.array(found) / hz, microvolts.shape[1] / hz)
    hits, missed, wrong = total
    assert hits / (hits + missed) >= 0.99 and hits / (hits + wrong) >= 0.99, total


def made_record(folder):
    """Two minutes in format 212 with a beat annotation at each peak, and a pause of more than 1,023 samples."""
    hz, name = 360, "made"
    clean = neurokit2.ecg_simulate(duration=120, sampling_rate=hz, heart_rate=70, noise=0, random_state=5)
    clean[hz * 60 : hz * 64] = 0
    peaks = neurokit2.ecg_peaks(clean, sampling_rate=hz)[1]["ECG_R_Peaks"]
    one = numpy.round(clean * 200 + 1024).astype(int) & 4095
    two = numpy.round(clean * -100 + 1024).astype(int) & 4095
    packed = numpy.stack([one & 255, one >> 8 | (two >> 8) << 4, two & 255], axis=1).astype(numpy.uint8)
    packed.tofile(folder / f"{name}.dat")
    line = f"{name}.dat 212 200 11 1024 0 0 0"
    (folder / f"{name}.hea").write_text(f"{name} 2 {hz} {len(one)}\n{line} MLII\n{line} V1\n")
    words, last = [], 0
    for peak in peaks:
        if peak - last > 1023:
            words += [59 << 10, (peak - last) >> 16, (peak - last) & 0xFFFF, 1 << 10]
        else:
            words.append(1 << 10 | (peak - last))
        last = peak
    numpy.array([*words, 0], dtype="<u2").tofile(folder / f"{name}.atr")
    return name
